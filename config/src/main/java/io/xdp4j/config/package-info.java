/// A datapath described in YAML, read into immutable records with every default applied.
///
/// [io.xdp4j.config.DatapathConfig#load] reads a file. What it returns is complete and consistent:
/// every name that is mentioned exists, every number is in range, every device has at most one
/// program. What is wrong is thrown as one [io.xdp4j.config.ConfigException], whose message is one
/// line with the file, the line, the key, the value and what was expected.
///
/// The records are blueprints (`...Spec`); nothing here opens a device or starts a thread. Nulls
/// appear only where a component is marked `@Nullable`.
@NullMarked
package io.xdp4j.config;

import org.jspecify.annotations.NullMarked;

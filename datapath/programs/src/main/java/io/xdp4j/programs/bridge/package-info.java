/// A learning Ethernet switch as an XDP program over a table of addresses and a devmap.
///
/// [SwitchSpec] says what the switch is, [LearningSwitch] is the live one. Each port runs a program
/// of its own on the poller: it learns the source address, looks up the destination in the
/// [MacTable], and redirects through a devmap.
@NullMarked
package io.xdp4j.programs.bridge;

import org.jspecify.annotations.NullMarked;

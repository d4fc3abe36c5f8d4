package io.xdp4j.ebpf.jit;

import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.DynamicConstantDesc;
import java.util.ArrayList;
import java.util.List;

/// The live objects that a compiled class refers to: helpers, maps, addresses.
///
/// Each is a dynamic constant of the class, which HotSpot takes for the object itself. Numbered in
/// the order of first use, so that one program gives the same bytecode every time.
final class ClassConstants {
    private static final DirectMethodHandleDesc CLASS_DATA_AT =
            ConstantDescs.ofConstantBootstrap(
                    ConstantDescs.CD_MethodHandles,
                    "classDataAt",
                    ConstantDescs.CD_Object,
                    ConstantDescs.CD_int);

    private final List<Object> values = new ArrayList<>();

    DynamicConstantDesc<?> object(Object value, ClassDesc type) {
        return constant(indexOf(value), type);
    }

    DynamicConstantDesc<?> address(long value) {
        return constant(indexOf(value), ConstantDescs.CD_long);
    }

    private static DynamicConstantDesc<?> constant(int index, ClassDesc type) {
        return DynamicConstantDesc.ofNamed(CLASS_DATA_AT, ConstantDescs.DEFAULT_NAME, type, index);
    }

    private int indexOf(Object value) {
        for (int i = 0; i < values.size(); i++) {
            Object known = values.get(i);
            if (value.equals(known)) {
                return i;
            }
        }
        values.add(value);
        return values.size() - 1;
    }

    /// The class data.
    List<Object> values() {
        return List.copyOf(values);
    }
}

package io.xdp4j.ebpf.btf;

import java.util.function.IntConsumer;

/// The type numbers that a type holds.
final class BtfReferences {
    private BtfReferences() {}

    static void forEach(BtfType type, IntConsumer to) {
        switch (type) {
            case BtfType.VoidType _,
                    BtfType.Int _,
                    BtfType.Enumeration _,
                    BtfType.Forward _,
                    BtfType.FloatType _ -> {}
            case BtfType.Pointer pointer -> to.accept(pointer.target());
            case BtfType.Typedef typedef -> to.accept(typedef.target());
            case BtfType.Const modifier -> to.accept(modifier.target());
            case BtfType.Volatile modifier -> to.accept(modifier.target());
            case BtfType.Restrict modifier -> to.accept(modifier.target());
            case BtfType.TypeTag tag -> to.accept(tag.target());
            case BtfType.DeclTag tag -> to.accept(tag.target());
            case BtfType.Func function -> to.accept(function.proto());
            case BtfType.Var variable -> to.accept(variable.typeId());
            case BtfType.Array array -> {
                to.accept(array.element());
                to.accept(array.index());
            }
            case BtfType.Struct struct -> struct.members().forEach(m -> to.accept(m.typeId()));
            case BtfType.FuncProto proto -> {
                to.accept(proto.returns());
                proto.params().forEach(param -> to.accept(param.typeId()));
            }
            case BtfType.DataSection section ->
                    section.vars().forEach(variable -> to.accept(variable.typeId()));
        }
    }
}

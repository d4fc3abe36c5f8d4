package io.xdp4j.ebpf.jit;

import io.xdp4j.ebpf.isa.Opcode;
import io.xdp4j.ebpf.vm.BpfMachine;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.Arrays;

/// The method being written, in terms of BPF registers.
///
/// Locals: machine, frame, parameters, then the other variables. r10 is not among the variables but
/// computed from the frame.
final class FunctionCode {
    /// Keeps bits that a user address may have. HotSpot then knows the value for positive and not
    /// near overflow, so that bounds checks of the everything-segment fold away.
    static final long ADDRESS_MASK = 0x00ff_ffff_ffff_ffffL;

    static final long LOW = 0xffff_ffffL;

    private static final MethodTypeDesc USE_FRAMES =
            MethodTypeDesc.of(ConstantDescs.CD_int, ConstantDescs.CD_int);
    private static final int MACHINE = 0;
    private static final int FRAME = 1;

    private final CodeBuilder out;
    private final ClassConstants constants;
    private final AccessEmitter accesses;
    private final int[] locals;
    private int framePointer = -1;
    private int free;
    private int scratch;
    private int checkedMemory = -1;
    private int framesBefore;

    /// @param parameters variables that the method gets, in order
    /// @param firstParameter local of the first one
    /// @param variables variables of the function
    FunctionCode(
            CodeBuilder out,
            ClassConstants constants,
            int[] parameters,
            int firstParameter,
            int variables) {
        this.out = out;
        this.constants = constants;
        this.accesses = new AccessEmitter(out);
        this.locals = new int[variables];
        Arrays.fill(locals, -1);
        this.free = firstParameter;
        for (int variable : parameters) {
            locals[variable] = newLocal(2);
        }
    }

    CodeBuilder out() {
        return out;
    }

    ClassConstants constants() {
        return constants;
    }

    AccessEmitter accesses() {
        return accesses;
    }

    /// A new local of one or two slots.
    int newLocal(int slots) {
        int local = free;
        free += slots;
        return local;
    }

    /// A local for an object, used only at once.
    int scratchObject() {
        if (scratch == 0) {
            scratch = newLocal(1);
        }
        return scratch;
    }

    void machine() {
        out.aload(MACHINE);
    }

    void frame() {
        out.iload(FRAME);
    }

    // ---- variables

    /// Pushes a variable, or r10.
    void load(int variable) {
        out.lload(local(variable));
    }

    void store(int variable) {
        out.lstore(local(variable));
    }

    private int local(int variable) {
        return variable == Opcode.FP ? framePointer : locals[variable];
    }

    void loadInt(int register) {
        load(register);
        out.l2i();
    }

    /// Stores the int on the stack, upper half zero where it matters.
    void storeInt(int register, boolean upperMatters) {
        out.i2l();
        if (upperMatters) {
            maskLow();
        }
        store(register);
    }

    void maskLow() {
        push(LOW);
        out.land();
    }

    void maskAddress() {
        push(ADDRESS_MASK);
        out.land();
    }

    void push(long value) {
        if (value >= Short.MIN_VALUE && value <= Short.MAX_VALUE && value != 0 && value != 1) {
            out.loadConstant((int) value);
            out.i2l();
        } else {
            out.loadConstant(value);
        }
    }

    void pushInt(int value) {
        out.loadConstant(value);
    }

    /// Pushes `register + offset`.
    void address(int register, int offset) {
        load(register);
        if (offset != 0) {
            push(offset);
            out.ladd();
        }
    }

    // ---- calls

    /// Pushes r1 to r5; 0 for those behind the first `count`.
    void arguments(int count) {
        for (int register = 1; register <= 5; register++) {
            if (register <= count) {
                load(register);
            } else {
                out.lconst_0();
            }
        }
    }

    /// Tells the machine the frame, before a helper that calls back.
    void enterFrame() {
        machine();
        frame();
        out.invokevirtual(
                Names.MACHINE,
                "enterFrame",
                MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_int));
    }

    /// Returns what the function on the stack returns; runs on when that is null.
    void tailCall() {
        int target = scratchObject();
        Label none = out.newLabel();
        out.astore(target).aload(target).ifnull(none);
        out.aload(target);
        machine();
        frame();
        load(1);
        out.lconst_0().lconst_0().lconst_0().lconst_0();
        out.invokeinterface(Names.EXECUTABLE, "call", Names.FUNCTION);
        returnResult();
        out.labelBinding(none);
    }

    /// Returns the long on the stack.
    void returnResult() {
        if (checkedMemory >= 0) {
            out.aload(checkedMemory).iload(framesBefore);
            out.invokevirtual(CheckedMemoryEmitter.MEMORY, "useFrames", USE_FRAMES).pop();
        }
        out.lreturn();
    }

    /// Opens the checked memory of a region; returns the local that holds it.
    int openChecked() {
        machine();
        out.invokevirtual(
                Names.MACHINE, "checkedMemory", MethodTypeDesc.of(CheckedMemoryEmitter.MEMORY));
        int memory = newLocal(1);
        out.astore(memory);
        return memory;
    }

    /// Checks depth and budget, and opens the frame; returns the local with the checked memory.
    int enterChecked(int entry, int instructions) {
        frame();
        pushInt(entry);
        MethodTypeDesc twoInts =
                MethodTypeDesc.of(
                        ConstantDescs.CD_void, ConstantDescs.CD_int, ConstantDescs.CD_int);
        out.invokestatic(Names.MACHINE, "requireFrame", twoInts);
        spend(instructions, entry);
        checkedMemory = openChecked();
        framesBefore = newLocal(1);
        out.aload(checkedMemory);
        frame();
        out.invokevirtual(CheckedMemoryEmitter.MEMORY, "useFrames", USE_FRAMES);
        out.istore(framesBefore);
        return checkedMemory;
    }

    /// Counts instructions of an unverified run.
    void spend(int instructions, int insn) {
        machine();
        pushInt(instructions);
        pushInt(insn);
        out.invokevirtual(
                Names.MACHINE,
                "spend",
                MethodTypeDesc.of(
                        ConstantDescs.CD_void, ConstantDescs.CD_int, ConstantDescs.CD_int));
    }

    void arithmetic(String name, MethodTypeDesc type) {
        out.invokestatic(Names.ARITHMETIC, name, type);
    }

    /// Pushes a live object.
    void constant(Object value, ClassDesc type) {
        out.loadConstant(constants.object(value, type));
    }

    /// Pushes an address or handle that differs from one load of the program to the next.
    void constantAddress(long value) {
        out.loadConstant(constants.address(value));
    }

    /// Gives a variable that is no parameter the value 0, so that all paths agree on the locals.
    void initialise(int variable) {
        if (locals[variable] < 0 && variable != Opcode.FP) {
            locals[variable] = newLocal(2);
            out.lconst_0().lstore(locals[variable]);
        }
    }

    /// Computes r10. From the frame's first byte: HotSpot then sees that no address in the frame is
    /// negative.
    void initialiseFramePointer() {
        framePointer = newLocal(2);
        machine();
        frame();
        out.invokevirtual(
                Names.MACHINE,
                "frameBase",
                MethodTypeDesc.of(ConstantDescs.CD_long, ConstantDescs.CD_int));
        maskAddress();
        push(BpfMachine.STACK_FRAME_BYTES);
        out.ladd();
        out.lstore(framePointer);
    }
}

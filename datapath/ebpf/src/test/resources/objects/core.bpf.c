// SPDX-License-Identifier: Apache-2.0
// CO-RE relocations of every kind, one a program; core_target.bpf.c has the "kernel's" types.
#include "bpf_min.h"

#define __core __attribute__((preserve_access_index))
#define field_info(field, kind) __builtin_preserve_field_info(field, kind)

typedef int number;

enum colour { RED = 1, GREEN = 2, GONE = 3 };

struct inner {
    int a;
    int b;
} __core;

struct device {
    int index;
    struct inner in;
    char name[4];
    int bits : 5;
    __u32 narrow;
    int gone;
    int values[8];
} __core;

struct device___old {
    long ancient;
} __core;

struct absent {
    int x;
} __core;

#define PROGRAM(name, expression)                                                                  \
    SEC("xdp") int name(struct device *d)                                                          \
    {                                                                                              \
        return expression;                                                                         \
    }

PROGRAM(load_moved, d->index)
PROGRAM(load_nested, d->in.b)
PROGRAM(load_element, d->values[3])
PROGRAM(load_widened, d->narrow)
PROGRAM(load_gone, d->gone)
PROGRAM(load_flavour, ((struct device___old *)d)->ancient)
PROGRAM(byte_offset, field_info(d->in.b, 0))
PROGRAM(byte_size, field_info(d->name, 1))
PROGRAM(exists, field_info(d->index, 2))
PROGRAM(exists_not, field_info(d->gone, 2))
PROGRAM(is_signed, field_info(d->bits, 3))
PROGRAM(left_shift, field_info(d->bits, 4))
PROGRAM(right_shift, field_info(d->bits, 5))
PROGRAM(type_id_local, __builtin_btf_type_id(*(struct device *)0, 0))
PROGRAM(type_id_target, __builtin_btf_type_id(*(struct device *)0, 1))
PROGRAM(type_exists, __builtin_preserve_type_info(*(struct device *)0, 0))
PROGRAM(type_exists_not, __builtin_preserve_type_info(*(struct absent *)0, 0))
PROGRAM(type_size, __builtin_preserve_type_info(*(struct device *)0, 1))
PROGRAM(enum_exists, __builtin_preserve_enum_value(*(enum colour *)GREEN, 0))
PROGRAM(enum_exists_not, __builtin_preserve_enum_value(*(enum colour *)GONE, 0))
PROGRAM(enum_value, __builtin_preserve_enum_value(*(enum colour *)GREEN, 1))
PROGRAM(enum_value_gone, __builtin_preserve_enum_value(*(enum colour *)GONE, 1))
#if __clang_major__ >= 15
PROGRAM(type_matches, __builtin_preserve_type_info(*(struct inner *)0, 2))
PROGRAM(type_matches_not, __builtin_preserve_type_info(*(struct device *)0, 2))
#endif

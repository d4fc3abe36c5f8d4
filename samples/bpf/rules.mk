# Builds the objects beside their sources. They are committed, so that users need no compiler;
# a test rebuilds them and compares where the clang that built them is present.
CLANG ?= clang
# xchg on 32 bits needs v3; all else is built for the oldest.
CPU = v1
xdp_rate_limit.bpf.o: CPU = v3
CFLAGS = -O2 -g -target bpf -mcpu=$(CPU) -Wall -Werror -I/usr/include/$(shell uname -m)-linux-gnu \
	-fdebug-compilation-dir=.
SHARED := $(wildcard $(dir $(lastword $(MAKEFILE_LIST)))*.h)
OBJECTS = $(patsubst %.bpf.c,%.bpf.o,$(wildcard *.bpf.c))

all: $(OBJECTS)

%.bpf.o: %.bpf.c $(SHARED)
	$(CLANG) $(CFLAGS) -c $< -o $@
	llvm-strip -g $@

clean:
	rm -f $(OBJECTS)

.PHONY: all clean

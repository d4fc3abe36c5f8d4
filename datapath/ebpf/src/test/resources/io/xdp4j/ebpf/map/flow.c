/* clang -O2 -g -target bpf -c flow.c && llvm-objcopy --dump-section .BTF=flow.btf flow.o && rm flow.o */
struct flow {
	unsigned long long packets;
	unsigned char delta;
	unsigned char unused[3];
	int low : 4;
	int high : 4;
	int : 24;
	unsigned short ports[4];
	struct {
		unsigned long long bytes;
	} inner;
	union {
		long long hidden;
		char text[8];
	};
};
struct flow the_flow;

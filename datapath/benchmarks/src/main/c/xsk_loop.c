// SPDX-License-Identifier: Apache-2.0
// The AF_XDP loops that datapath/benchmarks measures ours against, in plain C.
//
//   xsk_loop rxdrop  IFACE         SECONDS   receives and drops
//   xsk_loop txonly  IFACE         SECONDS   sends one frame of 64 bytes over and over
//   xsk_loop forward IFACE IFACE2  SECONDS   sends on each what the other receives
//   xsk_loop generate IFACE        SECONDS   has the kernel send frames of 64 bytes, by test runs
//   xsk_loop hello   IFACE         0         sends one frame from the address that the others go to
//
// Copy mode, queue 0, batches of 64, one thread, no copy in the program: a frame goes from port to
// port by its descriptor. Prints "packets seconds Mpps".
//
//   cc -O2 -o xsk_loop xsk_loop.c -lxdp -lbpf
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/if_xdp.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <xdp/xsk.h>

enum { FRAMES = 16384, FRAME = 4096, RING = 2048, BATCH = 64, STOCK = 2048 };

/* Frames of one test run. Between two runs the kernel pauses for milliseconds, so they are long. */
enum { RUN = 1 << 22 };

struct port {
	struct xsk_umem *umem;
	struct xsk_socket *xsk;
	struct xsk_ring_prod fill, tx;
	struct xsk_ring_cons comp, rx;
	unsigned int outstanding;
	int link;
};

static char *memory;
static __u64 stack[FRAMES];
static unsigned int free_frames;
static volatile sig_atomic_t stop;

static void die(const char *what)
{
	fprintf(stderr, "xsk_loop: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void end(int signal)
{
	(void)signal;
	stop = 1;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static int generate(const char *name, double seconds)
{
	char frame[64] = "\2\0\0\0\0\2\2\0\0\0\0\1\x88\xb5";
	struct bpf_insn code[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = XDP_TX },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	struct xdp_md context = { .data_end = sizeof(frame), .ingress_ifindex = if_nametoindex(name) };
	int prog = bpf_prog_load(BPF_PROG_TYPE_XDP, "generate", "GPL", code, 2, NULL);
	double start = now();
	unsigned long long packets = 0;

	while (now() - start < seconds && !stop) {
		LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = sizeof(frame),
			    .ctx_in = &context, .ctx_size_in = sizeof(context), .repeat = RUN,
			    .flags = BPF_F_TEST_XDP_LIVE_FRAMES, .batch_size = BATCH);

		if (prog < 0 || (bpf_prog_test_run_opts(prog, &opts) && errno != EINTR))
			die("test run");
		packets += RUN;
	}
	printf("%llu %.3f %.3f\n", packets, now() - start, packets / (now() - start) / 1e6);
	return 0;
}

static int hello(const char *name)
{
	char frame[64] = "\2\0\0\0\0\1\2\0\0\0\0\2\x88\xb5";
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = if_nametoindex(name), .sll_halen = 6 };
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	if (sendto(fd, frame, sizeof(frame), 0, (struct sockaddr *)&to, sizeof(to)) < 0)
		die("sendto");
	return 0;
}

static void attach(struct port *port, int ifindex)
{
	int map = bpf_map_create(BPF_MAP_TYPE_XSKMAP, "xsks", 4, 4, 1, NULL);
	struct bpf_insn code[] = {
		{ .code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = 2, .src_reg = 1, .off = 16 },
		{ .code = BPF_LD | BPF_DW | BPF_IMM, .dst_reg = 1, .src_reg = BPF_PSEUDO_MAP_FD, .imm = map },
		{ 0 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 3, .imm = XDP_PASS },
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_redirect_map },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int prog = bpf_prog_load(BPF_PROG_TYPE_XDP, "xsk_loop", "GPL", code, 6, NULL);
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = XDP_FLAGS_DRV_MODE);
	__u32 key = 0;
	int fd = xsk_socket__fd(port->xsk);

	if (map < 0 || prog < 0)
		die("bpf");
	port->link = bpf_link_create(prog, ifindex, BPF_XDP, &opts);
	if (port->link < 0)
		die("bpf_link_create");
	if (bpf_map_update_elem(map, &key, &fd, 0))
		die("xskmap");
}

static void open_port(struct port *port, const char *name)
{
	struct xsk_umem_config umem = {
		.fill_size = RING, .comp_size = RING, .frame_size = FRAME, .frame_headroom = 0,
	};
	struct xsk_socket_config config = {
		.rx_size = RING, .tx_size = RING, .libxdp_flags = XSK_LIBXDP_FLAGS__INHIBIT_PROG_LOAD,
		.bind_flags = XDP_COPY | XDP_USE_NEED_WAKEUP,
	};
	int ifindex = if_nametoindex(name);

	if (!ifindex)
		die(name);
	if ((errno = -xsk_umem__create(&port->umem, memory, (__u64)FRAMES * FRAME, &port->fill, &port->comp, &umem)))
		die("umem");
	if ((errno = -xsk_socket__create(&port->xsk, name, 0, port->umem, &port->rx, &port->tx, &config)))
		die("socket");
	attach(port, ifindex);
}

static void refill(struct port *port, unsigned int count)
{
	__u32 at;

	if (count > free_frames)
		count = free_frames;
	if (!count || xsk_ring_prod__reserve(&port->fill, count, &at) != count)
		return;
	for (unsigned int i = 0; i < count; i++)
		*xsk_ring_prod__fill_addr(&port->fill, at + i) = stack[--free_frames];
	xsk_ring_prod__submit(&port->fill, count);
}

static void complete(struct port *port)
{
	__u32 at;
	unsigned int count = xsk_ring_cons__peek(&port->comp, port->outstanding, &at);

	for (unsigned int i = 0; i < count; i++)
		stack[free_frames++] = *xsk_ring_cons__comp_addr(&port->comp, at + i) & ~(__u64)(FRAME - 1);
	if (count)
		xsk_ring_cons__release(&port->comp, count);
	port->outstanding -= count;
}

static void kick(struct port *port)
{
	while (xsk_ring_prod__needs_wakeup(&port->tx)) {
		if (sendto(xsk_socket__fd(port->xsk), NULL, 0, MSG_DONTWAIT, NULL, 0) >= 0)
			break;
		if (errno != EAGAIN && errno != EBUSY)
			die("sendto");
		complete(port);
	}
	complete(port);
}

static unsigned int rxdrop(struct port *port)
{
	__u32 at;
	unsigned int count = xsk_ring_cons__peek(&port->rx, BATCH, &at);

	for (unsigned int i = 0; i < count; i++)
		stack[free_frames++] = xsk_ring_cons__rx_desc(&port->rx, at + i)->addr & ~(__u64)(FRAME - 1);
	if (count) {
		xsk_ring_cons__release(&port->rx, count);
		refill(port, count);
	}
	return count;
}

static unsigned int txonly(struct port *port)
{
	__u32 at;
	unsigned int count = BATCH;

	if (port->outstanding + count > RING || xsk_ring_prod__reserve(&port->tx, count, &at) != count) {
		kick(port);
		return 0;
	}
	for (unsigned int i = 0; i < count; i++) {
		struct xdp_desc *desc = xsk_ring_prod__tx_desc(&port->tx, at + i);

		desc->addr = stack[--free_frames];
		desc->len = 64;
		desc->options = 0;
	}
	xsk_ring_prod__submit(&port->tx, count);
	port->outstanding += count;
	kick(port);
	return count;
}

static unsigned int forward(struct port *from, struct port *to)
{
	__u32 in, out;
	unsigned int count = xsk_ring_cons__peek(&from->rx, BATCH, &in);

	if (!count)
		return 0;
	while (to->outstanding + count > RING || xsk_ring_prod__reserve(&to->tx, count, &out) != count)
		kick(to);
	for (unsigned int i = 0; i < count; i++)
		*xsk_ring_prod__tx_desc(&to->tx, out + i) = *xsk_ring_cons__rx_desc(&from->rx, in + i);
	xsk_ring_prod__submit(&to->tx, count);
	to->outstanding += count;
	xsk_ring_cons__release(&from->rx, count);
	kick(to);
	refill(from, count);
	return count;
}


int main(int argc, char **argv)
{
	struct port ports[2] = { 0 };
	int count = argc - 3;

	if (count < 1 || count > 2) {
		fprintf(stderr, "usage: xsk_loop rxdrop|txonly|forward IFACE [IFACE2] SECONDS\n");
		return 2;
	}
	signal(SIGINT, end);
	signal(SIGTERM, end);
	if (!strcmp(argv[1], "hello"))
		return hello(argv[2]);
	if (!strcmp(argv[1], "generate"))
		return generate(argv[2], atof(argv[3]));
	memory = mmap(NULL, (size_t)FRAMES * FRAME, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (memory == MAP_FAILED)
		die("mmap");
	for (unsigned int i = 0; i < FRAMES; i++) {
		stack[free_frames++] = (__u64)i * FRAME;
		memcpy(memory + (size_t)i * FRAME, "\2\0\0\0\0\2\2\0\0\0\0\1\x88\xb5", 14);
	}
	for (int i = 0; i < count; i++) {
		open_port(&ports[i], argv[2 + i]);
		refill(&ports[i], STOCK - 1);
	}

	double start = now(), seconds = atof(argv[argc - 1]), elapsed;
	unsigned long long packets = 0;
	struct pollfd fds[2] = {
		{ .fd = xsk_socket__fd(ports[0].xsk), .events = POLLIN },
		{ .fd = count > 1 ? xsk_socket__fd(ports[1].xsk) : -1, .events = POLLIN },
	};

	while ((elapsed = now() - start) < seconds && !stop) {
		unsigned int done;

		if (!strcmp(argv[1], "rxdrop"))
			done = rxdrop(&ports[0]);
		else if (!strcmp(argv[1], "txonly"))
			done = txonly(&ports[0]);
		else
			done = forward(&ports[0], &ports[1]) + forward(&ports[1], &ports[0]);
		packets += done;
		if (!done && argv[1][0] != 't')
			poll(fds, count, 10);
	}
	printf("%llu %.3f %.3f\n", packets, elapsed, packets / elapsed / 1e6);
	for (int i = 0; i < count; i++)
		close(ports[i].link);
	return 0;
}

// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// One TCP flow of meaningless bytes, as xdp-trafficgen tcp makes it: the host's stack shakes hands, then one
// program follows the receiver's acknowledgements and another sends as much as the receiver's window allows.
// What is lost is sent again from the last acknowledged byte.
#include "parsing.h"

#define OPTION_END 0
#define OPTION_NOP 1
#define OPTION_WSCALE 3
/* Enough for what stacks send, and for the verifier. */
#define MAX_OPTIONS 8
#define MAX_WSCALE 14
#define QUIET_NS 2000000000ULL

/* Set before the load. Addresses as they are in headers, an IPv4 one in the first word. */
const volatile int ifindex_out = 0;
const volatile __u32 payload = 0;
const volatile __u64 packet_limit = 0;
const volatile __be32 remote_addr[4] = {};
const volatile __be32 local_addr[4] = {};
const volatile __u16 remote_port = 0;
const volatile __u16 local_port = 0;

enum phase { PHASE_NONE, PHASE_OPEN, PHASE_CLOSED };

/* Not zero once nothing more is to be sent but the end of the flow. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} closing SEC(".maps");

/* The receiving program writes the first part, the sending one the second. */
struct flow {
	__u32 phase;
	__u32 acked;		/* all bytes before it have arrived */
	__u32 window_end;	/* sending is allowed up to here */
	__u32 next_expected;	/* from the other side */
	__u32 wscale;
	__u32 rewinds;		/* times that sending has to begin at acked again */
	__u64 progress_ns;	/* when acked or the window last changed */
	__u8 remote_mac[ETH_ALEN];
	__u8 local_mac[ETH_ALEN];

	__u32 seq;		/* the next byte to send */
	__u32 rewinds_done;
	__u32 highest;		/* no byte from here on was ever sent */
	__u32 started;
	__u32 finished;		/* the end was sent */
	__u64 quiet_since_ns;
	__u64 sent;
	__u64 sent_again;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct flow);
} the_flow SEC(".maps");

static __always_inline struct flow *flow(void)
{
	__u32 key = 0;

	return bpf_map_lookup_elem(&the_flow, &key);
}

static __always_inline int same_ipv6(const volatile __be32 *one, const struct in6_addr *other)
{
	const __be32 *words = (const void *)other;

	return one[0] == words[0] && one[1] == words[1] && one[2] == words[2] && one[3] == words[3];
}

/* The TCP header of a packet from the other side, else null. */
static __always_inline struct tcphdr *reply_of(struct cursor *c)
{
	struct ethhdr *eth;
	__be16 type = parse_ethernet(c, &eth);
	struct tcphdr *tcp;

	if (type == bpf_htons(ETH_P_IP)) {
		struct iphdr *ip = parse_ipv4(c);

		if (!ip || ip->ihl != 5 || ip->protocol != IPPROTO_TCP || ip->saddr != remote_addr[0] ||
		    ip->daddr != local_addr[0])
			return 0;
	} else if (type == bpf_htons(ETH_P_IPV6)) {
		struct ipv6hdr *ip = parse_ipv6(c);

		if (!ip || ip->nexthdr != IPPROTO_TCP || !same_ipv6(remote_addr, &ip->saddr) ||
		    !same_ipv6(local_addr, &ip->daddr))
			return 0;
	} else {
		return 0;
	}
	tcp = c->at;
	if ((void *)(tcp + 1) > c->end || tcp->source != bpf_htons(remote_port) ||
	    tcp->dest != bpf_htons(local_port))
		return 0;
	return tcp;
}

/* By how many bits the windows of the other side are shifted: an option of its SYN. */
static __always_inline __u32 window_scale(struct tcphdr *tcp, void *end)
{
	__u8 *at = (void *)(tcp + 1);

	for (int i = 0; i < MAX_OPTIONS; i++) {
		__u8 size = 1;

		if ((void *)(at + 3) > end || at[0] == OPTION_END)
			break;
		if (at[0] == OPTION_WSCALE)
			return at[2] < MAX_WSCALE ? at[2] : MAX_WSCALE;
		if (at[0] != OPTION_NOP)
			size = at[1];
		at += size;
	}
	return 0;
}

static __always_inline void open_flow(struct flow *f, struct ethhdr *eth, struct tcphdr *tcp, void *end)
{
	f->wscale = window_scale(tcp, end);
	f->next_expected = bpf_ntohl(tcp->seq) + 1;
	f->acked = bpf_ntohl(tcp->ack_seq);
	f->window_end = f->acked + bpf_ntohs(tcp->window);
	f->progress_ns = bpf_ktime_get_ns();
	__builtin_memcpy(f->remote_mac, eth->h_source, ETH_ALEN);
	__builtin_memcpy(f->local_mac, eth->h_dest, ETH_ALEN);
	f->phase = PHASE_OPEN;
}

static __always_inline void acknowledge(struct flow *f, struct tcphdr *tcp)
{
	__u32 acked = bpf_ntohl(tcp->ack_seq), window_end = acked + (bpf_ntohs(tcp->window) << f->wscale);

	if ((int)(acked - f->acked) < 0)
		return;
	if (acked == f->acked && window_end == f->window_end) {
		f->rewinds++; /* it got something that is not the next */
		return;
	}
	f->acked = acked;
	f->window_end = window_end;
	f->progress_ns = bpf_ktime_get_ns();
}

SEC("xdp")
int xdp_handle_tcp_recv(struct xdp_md *ctx)
{
	struct cursor c = cursor_of(ctx);
	struct ethhdr *eth = c.at;
	struct tcphdr *tcp = reply_of(&c);
	struct flow *f = flow();

	if (!tcp || !f || (void *)(eth + 1) > c.end)
		return XDP_PASS;
	if (tcp->rst || tcp->fin) {
		f->phase = PHASE_CLOSED;
		return XDP_PASS;
	}
	if (tcp->syn) {
		if (tcp->ack && f->phase == PHASE_NONE)
			open_flow(f, eth, tcp, c.end);
		return XDP_PASS;
	}
	if (!tcp->ack || f->phase != PHASE_OPEN)
		return XDP_PASS;
	acknowledge(f, tcp);
	return XDP_DROP;
}

/* Where sending goes on: behind what was sent, or at the first byte that is missing over there. */
static __always_inline __u32 next_seq(struct flow *f)
{
	__u64 now = bpf_ktime_get_ns();

	if (!f->started) {
		f->started = 1;
		f->seq = f->highest = f->acked;
	}
	if (f->rewinds != f->rewinds_done) {
		f->rewinds_done = f->rewinds;
		f->seq = f->acked;
	}
	if (f->quiet_since_ns < f->progress_ns)
		f->quiet_since_ns = f->progress_ns;
	if (f->seq != f->acked && now > f->quiet_since_ns + QUIET_NS) {
		f->quiet_since_ns = now;
		f->seq = f->acked;
	}
	return f->seq;
}

static __always_inline __u32 changed_word(__u32 sum, __be32 old, __be32 new)
{
	return sum + (__u16)~(old & 0xffff) + (__u16)~(old >> 16) + (new & 0xffff) + (new >> 16);
}

/* Both numbers, and the checksum with them (RFC 1624). */
static __always_inline void number(struct tcphdr *tcp, __be32 seq, __be32 ack)
{
	__u32 sum = (__u16)~tcp->check;

	sum = changed_word(sum, tcp->seq, seq);
	sum = changed_word(sum, tcp->ack_seq, ack);
	tcp->check = fold_checksum(sum);
	tcp->seq = seq;
	tcp->ack_seq = ack;
}

/* Whether the packet that would be sent now is the last one, without data. */
static __always_inline int is_last(struct flow *f)
{
	__u32 key = 0, *end = bpf_map_lookup_elem(&closing, &key);

	return (end && *end) || (packet_limit && f->sent >= packet_limit);
}

/* Makes the segment one without data that ends the flow; its length goes into the checksum, too. */
static __always_inline int finish(struct xdp_md *ctx, int ipv4)
{
	struct cursor c = cursor_of(ctx);
	struct ethhdr *eth;
	struct tcphdr *tcp;
	__u32 sum;

	if (bpf_xdp_adjust_tail(ctx, -(int)payload))
		return -1;
	c = cursor_of(ctx);
	parse_ethernet(&c, &eth);
	if (ipv4) {
		struct iphdr *ip = parse_ipv4(&c);

		if (!ip)
			return -1;
		sum = changed_word((__u16)~ip->check, ip->tot_len, bpf_htons(sizeof(*ip) + sizeof(*tcp)));
		ip->tot_len = bpf_htons(sizeof(*ip) + sizeof(*tcp));
		ip->check = fold_checksum(sum);
	} else {
		struct ipv6hdr *ip = parse_ipv6(&c);

		if (!ip)
			return -1;
		ip->payload_len = bpf_htons(sizeof(*tcp));
	}
	tcp = c.at;
	if ((void *)(tcp + 1) > c.end)
		return -1;
	sum = changed_word((__u16)~tcp->check, bpf_htons(sizeof(*tcp) + payload), bpf_htons(sizeof(*tcp)));
	/* Flags are the low byte of the word that begins with the data offset. */
	tcp->check = fold_checksum(changed_word(sum, 0, bpf_htons(1)));
	tcp->fin = 1;
	return 0;
}

SEC("xdp")
int xdp_redirect_send_tcp(struct xdp_md *ctx)
{
	struct cursor c = cursor_of(ctx);
	struct ethhdr *eth = c.at;
	struct flow *f = flow();
	struct tcphdr *tcp;
	__be16 type;
	__u32 seq;
	int last;

	type = parse_ethernet(&c, &eth);
	if (type == bpf_htons(ETH_P_IP) ? !parse_ipv4(&c) : !parse_ipv6(&c))
		return XDP_ABORTED;
	tcp = c.at;
	if (!f || (void *)(tcp + 1) > c.end)
		return XDP_ABORTED;
	if (f->phase != PHASE_OPEN || f->finished)
		return XDP_DROP;
	seq = next_seq(f);
	last = is_last(f);
	if (last && f->acked != f->highest && seq == f->highest)
		return XDP_DROP; /* what is on its way may have to be sent again */
	last = last && seq == f->highest;
	if (!last && (int)(f->window_end - (seq + payload)) < 0)
		return XDP_DROP;
	__builtin_memcpy(eth->h_dest, f->remote_mac, ETH_ALEN);
	__builtin_memcpy(eth->h_source, f->local_mac, ETH_ALEN);
	number(tcp, bpf_htonl(seq), bpf_htonl(f->next_expected));
	if (last) {
		if (finish(ctx, type == bpf_htons(ETH_P_IP)))
			return XDP_ABORTED;
		f->finished = 1;
		return bpf_redirect(ifindex_out, 0);
	}
	f->seq = seq + payload;
	if ((int)(f->seq - f->highest) > 0)
		f->highest = f->seq;
	else
		f->sent_again++;
	f->sent++;
	return bpf_redirect(ifindex_out, 0);
}

char _license[] SEC("license") = "Dual MIT/GPL";

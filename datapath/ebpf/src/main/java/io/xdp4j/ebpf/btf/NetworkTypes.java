package io.xdp4j.ebpf.btf;

/// The types of packets and XDP contexts, for CO-RE relocations where no kernel's BTF is named.
///
/// Thread: any.
/// Kernel: `include/uapi/linux` (`bpf.h`, `if_ether.h`, `ip.h`, `ipv6.h`, `tcp.h`, `udp.h`,
/// `icmp.h`), `include/net/xdp.h`, 6.18.
public final class NetworkTypes {
    /// The built-in types.
    public static final BtfSpec BTF = build();

    private NetworkTypes() {}

    private static BtfSpec build() {
        BtfBuilder types = new BtfBuilder();
        integers(types);
        contexts(types);
        linkHeaders(types);
        internetHeaders(types);
        transportHeaders(types);
        helperArguments(types);
        managedFields(types);
        kernelObjects(types);
        return types.build("built-in networking types");
    }

    private static void integers(BtfBuilder types) {
        types.integer("char", 1, true)
                .integer("unsigned char", 1, false)
                .integer("short", 2, true)
                .integer("unsigned short", 2, false)
                .integer("int", 4, true)
                .integer("unsigned int", 4, false)
                .integer("long", 8, true)
                .integer("unsigned long", 8, false)
                .integer("long long", 8, true)
                .integer("unsigned long long", 8, false);
        String[][] names = {
            {"__u8", "unsigned char"},
            {"__s8", "char"},
            {"__u16", "unsigned short"},
            {"__s16", "short"},
            {"__u32", "unsigned int"},
            {"__s32", "int"},
            {"__u64", "unsigned long long"},
            {"__s64", "long long"},
            {"u8", "__u8"},
            {"u16", "__u16"},
            {"u32", "__u32"},
            {"u64", "__u64"},
            {"s32", "__s32"},
            {"s64", "__s64"},
            {"__be16", "__u16"},
            {"__be32", "__u32"},
            {"__be64", "__u64"},
            {"__sum16", "__u16"},
            {"__wsum", "__u32"}
        };
        for (String[] name : names) {
            types.typedef(name[0], name[1]);
        }
    }

    private static void contexts(BtfBuilder types) {
        types.enumeration(
                "xdp_action", "XDP_ABORTED", "XDP_DROP", "XDP_PASS", "XDP_TX", "XDP_REDIRECT");
        types.struct(
                "xdp_md",
                "__u32 data",
                "__u32 data_end",
                "__u32 data_meta",
                "__u32 ingress_ifindex",
                "__u32 rx_queue_index",
                "__u32 egress_ifindex");
        types.struct(
                "__sk_buff",
                "__u32 len",
                "__u32 pkt_type",
                "__u32 mark",
                "__u32 queue_mapping",
                "__u32 protocol",
                "__u32 vlan_present",
                "__u32 vlan_tci",
                "__u32 vlan_proto",
                "__u32 priority",
                "__u32 ingress_ifindex",
                "__u32 ifindex",
                "__u32 tc_index",
                "__u32 cb[5]",
                "__u32 hash",
                "__u32 tc_classid",
                "__u32 data",
                "__u32 data_end",
                "__u32 napi_id",
                "__u32 family",
                "__u32 remote_ip4",
                "__u32 local_ip4",
                "__u32 remote_ip6[4]",
                "__u32 local_ip6[4]",
                "__u32 remote_port",
                "__u32 local_port",
                "__u32 data_meta",
                "__u64 flow_keys",
                "__u64 tstamp",
                "__u32 wire_len",
                "__u32 gso_segs",
                "__u64 sk",
                "__u32 gso_size",
                "__u8 tstamp_type",
                "__u64 hwtstamp");
    }

    private static void linkHeaders(BtfBuilder types) {
        types.struct(
                "ethhdr", "unsigned char h_dest[6]", "unsigned char h_source[6]", "__be16 h_proto");
        types.struct("vlan_hdr", "__be16 h_vlan_TCI", "__be16 h_vlan_encapsulated_proto");
        types.struct(
                "vlan_ethhdr",
                "unsigned char h_dest[6]",
                "unsigned char h_source[6]",
                "__be16 h_vlan_proto",
                "__be16 h_vlan_TCI",
                "__be16 h_vlan_encapsulated_proto");
        types.struct(
                "arphdr",
                "__be16 ar_hrd",
                "__be16 ar_pro",
                "unsigned char ar_hln",
                "unsigned char ar_pln",
                "__be16 ar_op");
    }

    private static void internetHeaders(BtfBuilder types) {
        types.struct("iphdr_addrs", "__be32 saddr", "__be32 daddr");
        types.union("iphdr_ends", "struct iphdr_addrs .", "struct iphdr_addrs addrs");
        types.struct(
                "iphdr",
                "__u8 ihl:4",
                "__u8 version:4",
                "__u8 tos",
                "__be16 tot_len",
                "__be16 id",
                "__be16 frag_off",
                "__u8 ttl",
                "__u8 protocol",
                "__sum16 check",
                "union iphdr_ends .");
        types.union(
                "in6_addr_words",
                "__u8 u6_addr8[16]",
                "__be16 u6_addr16[8]",
                "__be32 u6_addr32[4]");
        types.struct("in6_addr", "union in6_addr_words in6_u");
        types.struct("in_addr", "__be32 s_addr");
        types.struct("ipv6hdr_addrs", "struct in6_addr saddr", "struct in6_addr daddr");
        types.union("ipv6hdr_ends", "struct ipv6hdr_addrs .", "struct ipv6hdr_addrs addrs");
        types.struct(
                "ipv6hdr",
                "__u8 priority:4",
                "__u8 version:4",
                "__u8 flow_lbl[3]",
                "__be16 payload_len",
                "__u8 nexthdr",
                "__u8 hop_limit",
                "union ipv6hdr_ends .");
        types.struct("ipv6_opt_hdr", "__u8 nexthdr", "__u8 hdrlen");
        types.struct(
                "frag_hdr",
                "__u8 nexthdr",
                "__u8 reserved",
                "__be16 frag_off",
                "__be32 identification");
    }

    private static void transportHeaders(BtfBuilder types) {
        types.struct(
                "tcphdr",
                "__be16 source",
                "__be16 dest",
                "__be32 seq",
                "__be32 ack_seq",
                "__u16 ae:1",
                "__u16 res1:3",
                "__u16 doff:4",
                "__u16 fin:1",
                "__u16 syn:1",
                "__u16 rst:1",
                "__u16 psh:1",
                "__u16 ack:1",
                "__u16 urg:1",
                "__u16 ece:1",
                "__u16 cwr:1",
                "__be16 window",
                "__sum16 check",
                "__be16 urg_ptr");
        types.struct("udphdr", "__be16 source", "__be16 dest", "__be16 len", "__sum16 check");
        types.struct("icmp_echo", "__be16 id", "__be16 sequence");
        types.struct("icmp_frag", "__be16 __unused", "__be16 mtu");
        types.union(
                "icmp_rest",
                "struct icmp_echo echo",
                "__be32 gateway",
                "struct icmp_frag frag",
                "__u8 reserved[4]");
        types.struct("icmphdr", "__u8 type", "__u8 code", "__sum16 checksum", "union icmp_rest un");
        types.struct("icmpv6_echo", "__be16 identifier", "__be16 sequence");
        types.union(
                "icmp6_rest",
                "__be32 un_data32[1]",
                "__be16 un_data16[2]",
                "__u8 un_data8[4]",
                "struct icmpv6_echo u_echo");
        types.struct(
                "icmp6hdr",
                "__u8 icmp6_type",
                "__u8 icmp6_code",
                "__sum16 icmp6_cksum",
                "union icmp6_rest icmp6_dataun");
        types.struct("sctphdr", "__be16 source", "__be16 dest", "__be32 vtag", "__u32 checksum");
    }

    private static void helperArguments(BtfBuilder types) {
        fibLookup(types);
        types.struct(
                "bpf_sock_tuple_ipv4",
                "__be32 saddr",
                "__be32 daddr",
                "__be16 sport",
                "__be16 dport");
        types.struct(
                "bpf_sock_tuple_ipv6",
                "__be32 saddr[4]",
                "__be32 daddr[4]",
                "__be16 sport",
                "__be16 dport");
        types.union(
                "bpf_sock_tuple_addresses",
                "struct bpf_sock_tuple_ipv4 ipv4",
                "struct bpf_sock_tuple_ipv6 ipv6");
        types.struct("bpf_sock_tuple", "union bpf_sock_tuple_addresses .");
        types.struct(
                "bpf_sock",
                "__u32 bound_dev_if",
                "__u32 family",
                "__u32 type",
                "__u32 protocol",
                "__u32 mark",
                "__u32 priority",
                "__u32 src_ip4",
                "__u32 src_ip6[4]",
                "__u32 src_port",
                "__be16 dst_port",
                "__u32 dst_ip4",
                "__u32 dst_ip6[4]",
                "__u32 state",
                "__s32 rx_queue_mapping");
        types.struct("bpf_devmap_val", "__u32 ifindex", "__u32 bpf_prog_fd");
        types.struct("bpf_cpumap_val", "__u32 qsize", "__u32 bpf_prog_fd");
    }

    private static void fibLookup(BtfBuilder types) {
        types.union("bpf_fib_lookup_length", "__u16 tot_len", "__u16 mtu_result");
        types.union("bpf_fib_lookup_class", "__u8 tos", "__be32 flowinfo", "__u32 rt_metric");
        types.union("bpf_fib_lookup_src", "__be32 ipv4_src", "__u32 ipv6_src[4]");
        types.union("bpf_fib_lookup_dst", "__be32 ipv4_dst", "__u32 ipv6_dst[4]");
        types.struct("bpf_fib_lookup_vlan", "__be16 h_vlan_proto", "__be16 h_vlan_TCI");
        types.union("bpf_fib_lookup_table", "struct bpf_fib_lookup_vlan .", "__u32 tbid");
        types.struct("bpf_fib_lookup_macs", "__u8 smac[6]", "__u8 dmac[6]");
        types.struct("bpf_fib_lookup_mark", "__u32 mark");
        types.union(
                "bpf_fib_lookup_end",
                "struct bpf_fib_lookup_mark .",
                "struct bpf_fib_lookup_macs .");
        types.struct(
                "bpf_fib_lookup",
                "__u8 family",
                "__u8 l4_protocol",
                "__be16 sport",
                "__be16 dport",
                "union bpf_fib_lookup_length .",
                "__u32 ifindex",
                "union bpf_fib_lookup_class .",
                "union bpf_fib_lookup_src .",
                "union bpf_fib_lookup_dst .",
                "union bpf_fib_lookup_table .",
                "union bpf_fib_lookup_end .");
    }

    private static void managedFields(BtfBuilder types) {
        types.struct("bpf_spin_lock", "__u32 val");
        types.struct("bpf_timer", "__u64 __opaque[2]");
        types.struct("bpf_wq", "__u64 __opaque[2]");
        types.struct("bpf_dynptr", "__u64 __opaque[2]");
        types.struct("bpf_list_head", "__u64 __opaque[2]");
        types.struct("bpf_list_node", "__u64 __opaque[3]");
        types.struct("bpf_rb_root", "__u64 __opaque[2]");
        types.struct("bpf_rb_node", "__u64 __opaque[4]");
        types.struct("bpf_refcount", "__u32 __opaque[1]");
    }

    private static void kernelObjects(BtfBuilder types) {
        types.forward("net_device").forward("sock");
        types.struct("xdp_mem_info", "u32 type", "u32 id");
        types.struct(
                "xdp_rxq_info",
                "struct net_device *dev",
                "u32 queue_index",
                "u32 reg_state",
                "struct xdp_mem_info mem",
                "u32 frag_size");
        types.struct("xdp_txq_info", "struct net_device *dev");
        types.struct(
                "xdp_buff",
                "void *data",
                "void *data_end",
                "void *data_meta",
                "void *data_hard_start",
                "struct xdp_rxq_info *rxq",
                "struct xdp_txq_info *txq",
                "u32 frame_sz",
                "u32 flags");
    }
}

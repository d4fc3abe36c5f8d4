package io.xdp4j.ebpf.helper;

import static io.xdp4j.ebpf.helper.KfuncProto.Flag.ACQUIRE;
import static io.xdp4j.ebpf.helper.KfuncProto.Flag.RELEASE;
import static io.xdp4j.ebpf.helper.KfuncProto.Flag.RET_NULL;
import static io.xdp4j.ebpf.helper.KfuncProto.Flag.TRUSTED_ARGS;
import static io.xdp4j.ebpf.program.ProgramType.SCHED_CLS;
import static io.xdp4j.ebpf.program.ProgramType.XDP;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.ebpf.vm.BpfMachine;
import io.xdp4j.ebpf.vm.XdpMd;
import java.util.List;
import java.util.Set;

/// What a device tells of a packet; lookups that find nothing here.
final class PacketKfuncs {
    private PacketKfuncs() {}

    static List<KfuncProto> protos() {
        return List.of(
                KfuncProto.parse(
                                "int bpf_xdp_metadata_rx_timestamp(const xdp_md *ctx, u64 *timestamp)",
                                TRUSTED_ARGS)
                        .on(Set.of(XDP))
                        .does(PacketKfuncs::xdpMetadataRxTimestamp),
                KfuncProto.parse(
                                "int bpf_xdp_metadata_rx_hash(const xdp_md *ctx, u32 *hash, xdp_rss_hash_type *rss_type)",
                                TRUSTED_ARGS)
                        .on(Set.of(XDP))
                        .does(PacketKfuncs::xdpMetadataRxHash),
                KfuncProto.parse(
                                "int bpf_xdp_metadata_rx_vlan_tag(const xdp_md *ctx, __be16 *vlan_proto, u16 *vlan_tci)",
                                TRUSTED_ARGS)
                        .on(Set.of(XDP))
                        .does(PacketKfuncs::xdpMetadataRxVlanTag),
                KfuncProto.parse("int bpf_xdp_pull_data(xdp_md *x, u32 len)")
                        .on(Set.of(XDP))
                        .does(PacketKfuncs::xdpPullData),
                KfuncProto.parse(
                                "nf_conn *bpf_xdp_ct_lookup(xdp_md *xdp_ctx, bpf_sock_tuple *bpf_tuple, u32 tuple__sz, bpf_ct_opts *opts, u32 opts__sz)",
                                ACQUIRE,
                                RET_NULL)
                        .on(Set.of(SCHED_CLS, XDP))
                        .does(PacketKfuncs::noConnection),
                KfuncProto.parse(
                                "nf_conn___init *bpf_xdp_ct_alloc(xdp_md *xdp_ctx, bpf_sock_tuple *bpf_tuple, u32 tuple__sz, bpf_ct_opts *opts, u32 opts__sz)",
                                ACQUIRE,
                                RET_NULL)
                        .on(Set.of(SCHED_CLS, XDP))
                        .does(PacketKfuncs::noConnection),
                KfuncProto.parse(
                                "nf_conn *bpf_skb_ct_lookup(__sk_buff *skb_ctx, bpf_sock_tuple *bpf_tuple, u32 tuple__sz, bpf_ct_opts *opts, u32 opts__sz)",
                                ACQUIRE,
                                RET_NULL)
                        .on(Set.of(SCHED_CLS, XDP))
                        .does(PacketKfuncs::noConnection),
                KfuncProto.parse(
                                "nf_conn___init *bpf_skb_ct_alloc(__sk_buff *skb_ctx, bpf_sock_tuple *bpf_tuple, u32 tuple__sz, bpf_ct_opts *opts, u32 opts__sz)",
                                ACQUIRE,
                                RET_NULL)
                        .on(Set.of(SCHED_CLS, XDP))
                        .does(PacketKfuncs::noConnection),
                KfuncProto.parse(
                                "nf_conn *bpf_ct_insert_entry(nf_conn___init *nfct_i)",
                                ACQUIRE,
                                RET_NULL,
                                RELEASE)
                        .on(Set.of(SCHED_CLS, XDP))
                        .does(PacketKfuncs::unreached),
                KfuncProto.parse("void bpf_ct_release(nf_conn *nfct)", RELEASE)
                        .on(Set.of(SCHED_CLS, XDP))
                        .does(PacketKfuncs::unreached),
                KfuncProto.parse(
                                "void bpf_ct_set_timeout(nf_conn___init *nfct, u32 timeout)",
                                TRUSTED_ARGS)
                        .on(Set.of(SCHED_CLS, XDP))
                        .does(PacketKfuncs::unreached),
                KfuncProto.parse(
                                "int bpf_ct_change_timeout(nf_conn *nfct, u32 timeout)",
                                TRUSTED_ARGS)
                        .on(Set.of(SCHED_CLS, XDP))
                        .does(PacketKfuncs::unreached),
                KfuncProto.parse(
                                "int bpf_ct_set_status(const nf_conn___init *nfct, u32 status)",
                                TRUSTED_ARGS)
                        .on(Set.of(SCHED_CLS, XDP))
                        .does(PacketKfuncs::unreached),
                KfuncProto.parse(
                                "int bpf_ct_change_status(nf_conn *nfct, u32 status)", TRUSTED_ARGS)
                        .on(Set.of(SCHED_CLS, XDP))
                        .does(PacketKfuncs::unreached),
                KfuncProto.parse(
                                "xfrm_state *bpf_xdp_get_xfrm_state(xdp_md *ctx, bpf_xfrm_state_opts *opts, u32 opts__sz)",
                                RET_NULL,
                                ACQUIRE)
                        .on(Set.of(XDP))
                        .does(PacketKfuncs::noState),
                KfuncProto.parse("void bpf_xdp_xfrm_state_release(xfrm_state *x)", RELEASE)
                        .on(Set.of(XDP))
                        .does(PacketKfuncs::unreached));
    }

    @HotPath
    static long xdpMetadataRxTimestamp(
            BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return machine.xdp().rxTimestamp(r2);
    }

    @HotPath
    static long xdpMetadataRxHash(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return machine.xdp().rxHash(r2, r3);
    }

    @HotPath
    static long xdpMetadataRxVlanTag(
            BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return machine.xdp().rxVlanTag(r2, r3);
    }

    /// Bytes of other chunks are not moved into the first.
    @HotPath
    static long xdpPullData(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        int length = (int) r2;
        XdpMd xdp = machine.xdp();
        if (Integer.compareUnsigned(length, xdp.totalLength()) > 0) {
            return -Errno.EINVAL;
        }
        return length <= xdp.length() ? 0 : -Errno.EOPNOTSUPP;
    }

    /// There is no connection tracking: none is found, none is made.
    @HotPath
    static long noConnection(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        if (r4 != 0) {
            RawMemory.putInt(r4 + 4, -Errno.ENOENT);
        }
        return 0;
    }

    /// There is no IPsec state.
    @HotPath
    static long noState(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        RawMemory.putInt(r2, -Errno.ENOENT);
        return 0;
    }

    /// Takes an object that no program gets hold of.
    @HotPath
    static long unreached(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return 0;
    }
}

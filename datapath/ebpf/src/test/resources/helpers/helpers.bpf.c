// Programs that call helpers and kernel functions and write what these return into the packet.
// The Linux 6.18 kernel's answers are in helper_objects.txt. Build: clang -O2 -g -target bpf -fdebug-compilation-dir=. -I/usr/include/x86_64-linux-gnu -c, llvm-strip -g.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
char _license[] SEC("license") = "GPL";
struct elem { __u64 n; struct bpf_spin_lock lock; };
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 64); __type(key, __u32); __type(value, __u64); } hash SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 8); __type(key, __u32); __type(value, __u64); } arr SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); __uint(max_entries, 4); __type(key, __u32); __type(value, __u64); } pcpu SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } rb SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 2); __type(key, __u32); __type(value, struct elem); } locked SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_QUEUE); __uint(max_entries, 4); __type(value, __u32); } q SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY); __uint(max_entries, 4); __type(key, __u32); __type(value, __u32); } pe SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 4); __type(key, __u32); __type(value, __u64); } sums SEC(".maps");
extern int bpf_dynptr_from_xdp(struct xdp_md *x, __u64 flags, struct bpf_dynptr *p) __ksym;
extern void *bpf_dynptr_slice(const struct bpf_dynptr *p, __u32 off, void *buf, __u32 sz) __ksym;
extern void *bpf_dynptr_slice_rdwr(const struct bpf_dynptr *p, __u32 off, void *buf, __u32 sz) __ksym;
extern __u32 bpf_dynptr_size(const struct bpf_dynptr *p) __ksym;
extern int bpf_dynptr_adjust(const struct bpf_dynptr *p, __u32 a, __u32 b) __ksym;
struct bpf_iter_num { __u64 o[1]; } __attribute__((aligned(8)));
extern int bpf_iter_num_new(struct bpf_iter_num *it, int s, int e) __ksym;
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __ksym;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __ksym;
extern void bpf_rcu_read_lock(void) __ksym; extern void bpf_rcu_read_unlock(void) __ksym;
#define OUT(i,v) do { *(__u64 *)(data + 8*(i)) = (v); } while (0)
#define BEGIN void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end; if (data + 128 > end) return XDP_DROP;
struct cb { __u64 sum, calls; };
static long add(__u32 i, void *c) { struct cb *x = c; x->sum += i * 3; x->calls++; return i == 20; }
static long each(struct bpf_map *m, __u32 *k, __u64 *v, struct cb *x) { x->sum += *k * 10 + *v; x->calls++; return *k == 6; }
static long del(struct bpf_map *m, __u32 *k, __u64 *v, struct cb *x) { x->calls++; bpf_map_delete_elem(m, k); return 0; }
SEC("xdp") int t_loop(struct xdp_md *ctx) { BEGIN
 struct cb x = {}; long r = bpf_loop(100, add, &x, 0); OUT(0, r); OUT(1, x.sum); OUT(2, x.calls); OUT(3, bpf_loop(3, add, &x, 1)); OUT(4, bpf_loop(1<<24, add, &x, 0)); return XDP_PASS; }
SEC("xdp") int t_each(struct xdp_md *ctx) { BEGIN
 struct cb x = {}, y = {}, z = {}; _Pragma("unroll") for (int j = 0; j < 5; j++) { __u32 i = j; __u64 v = i + 100; bpf_map_update_elem(&hash, &i, &v, 0); bpf_map_update_elem(&arr, &i, &v, 0); }
 OUT(0, bpf_for_each_map_elem(&arr, each, &x, 0)); OUT(1, x.sum); OUT(2, bpf_for_each_map_elem(&hash, each, &y, 0)); OUT(3, y.sum); OUT(4, bpf_for_each_map_elem(&hash, del, &z, 0)); OUT(5, z.calls); OUT(6, bpf_for_each_map_elem(&hash, each, &y, 0)); OUT(7, bpf_for_each_map_elem(&hash, each, &y, 4));
 return XDP_PASS; }
SEC("xdp") int t_ring(struct xdp_md *ctx) { BEGIN
 __u64 *p = bpf_ringbuf_reserve(&rb, 24, 0); if (!p) return XDP_DROP; p[0] = 1; p[2] = 3; OUT(0, bpf_ringbuf_query(&rb, BPF_RB_AVAIL_DATA)); bpf_ringbuf_submit(p, 0);
 __u64 d[2] = {7, 8}; OUT(1, bpf_ringbuf_output(&rb, d, 16, 0)); OUT(2, bpf_ringbuf_output(&rb, d, 16, 8)); OUT(3, bpf_ringbuf_query(&rb, BPF_RB_RING_SIZE)); OUT(4, bpf_ringbuf_query(&rb, BPF_RB_PROD_POS));
 p = bpf_ringbuf_reserve(&rb, 4096, 0); OUT(5, !!p); if (p) bpf_ringbuf_discard(p, 0);
 p = bpf_ringbuf_reserve(&rb, 512, 0); if (p) { p[3]=1; bpf_ringbuf_discard(p, 0);} OUT(6, bpf_ringbuf_query(&rb, BPF_RB_PROD_POS)); OUT(7, bpf_ringbuf_query(&rb, 99)); return XDP_PASS; }
SEC("xdp") int t_dyn(struct xdp_md *ctx) { BEGIN
 struct bpf_dynptr p; __u64 v = 0x1122334455667788, w = 0; char b[8];
 OUT(0, bpf_ringbuf_reserve_dynptr(&rb, 40, 0, &p)); OUT(1, bpf_dynptr_write(&p, 32, &v, 8, 0)); OUT(2, bpf_dynptr_write(&p, 33, &v, 8, 0)); OUT(3, bpf_dynptr_read(&w, 8, &p, 32, 0)); OUT(4, w); OUT(5, bpf_dynptr_read(&w, 8, &p, 0, 1));
 __u64 *s = bpf_dynptr_data(&p, 24, 16); OUT(6, s ? s[1] : 0); OUT(7, !!bpf_dynptr_data(&p, 32, 16)); bpf_ringbuf_submit_dynptr(&p, 0); return XDP_PASS; }
SEC("xdp") int t_lock(struct xdp_md *ctx) { BEGIN
 __u32 k = 1; struct elem *e = bpf_map_lookup_elem(&locked, &k); if (!e) return XDP_DROP;
 bpf_spin_lock(&e->lock); e->n += 5; bpf_spin_unlock(&e->lock); bpf_spin_lock(&e->lock); e->n += 5; bpf_spin_unlock(&e->lock); OUT(0, e->n); return XDP_PASS; }
SEC("xdp") int t_queue(struct xdp_md *ctx) { BEGIN
 __u32 v = 5; OUT(0, bpf_map_push_elem(&q, &v, 0)); v = 6; OUT(1, bpf_map_push_elem(&q, &v, 2)); v = 9; OUT(2, bpf_map_push_elem(&q, &v, 0)); OUT(3, bpf_map_peek_elem(&q, &v)); OUT(4, v); OUT(5, bpf_map_pop_elem(&q, &v)); OUT(6, bpf_map_pop_elem(&q, &v)); OUT(7, v); OUT(8, bpf_map_pop_elem(&q, &v)); OUT(9, v); return XDP_PASS; }
SEC("xdp") int t_perf(struct xdp_md *ctx) { BEGIN
 __u64 m = 1; OUT(0, bpf_perf_event_output(ctx, &pe, BPF_F_CURRENT_CPU | (64ULL << 32), &m, 8)); OUT(1, bpf_perf_event_output(ctx, &pe, BPF_F_CURRENT_CPU | (6400ULL << 32), &m, 8)); OUT(2, bpf_perf_event_output(ctx, &pe, 9, &m, 8)); OUT(3, bpf_perf_event_output(ctx, &pe, 1ULL << 60, &m, 8)); return XDP_PASS; }
SEC("xdp") int t_pcpu(struct xdp_md *ctx) { BEGIN
 __u32 k = 2; __u64 *v = bpf_map_lookup_percpu_elem(&pcpu, &k, 1); if (v) *v = 77; OUT(0, !!v); v = bpf_map_lookup_percpu_elem(&pcpu, &k, 1); OUT(1, v ? *v : 1); OUT(2, !!bpf_map_lookup_percpu_elem(&pcpu, &k, 100000)); k = 9; OUT(3, !!bpf_map_lookup_percpu_elem(&pcpu, &k, 0)); return XDP_PASS; }
SEC("xdp") int t_misc(struct xdp_md *ctx) { BEGIN
 char buf[32] = {}; static const char f[] = "%d-%s-%x"; char s[8] = "abc"; __u64 a[3] = {42, (long)s, 255};
 OUT(0, bpf_snprintf(buf, 32, f, a, 24)); OUT(1, *(__u64 *)buf); OUT(2, *(__u64 *)(buf + 8)); long l; OUT(3, bpf_strtol("123x", 4, 0, &l)); OUT(4, l);
 OUT(5, bpf_strncmp(s, 8, "abc")); __u32 x = 0; OUT(6, bpf_probe_read_kernel(&x, 4, s)); OUT(7, x); OUT(8, bpf_probe_read_kernel(&x, 4, (void *)8)); OUT(9, x); OUT(10, bpf_probe_read_kernel_str(buf, 3, s)); OUT(11, buf[2]); OUT(12, bpf_get_numa_node_id()); OUT(13, bpf_xdp_get_buff_len(ctx));
 struct bpf_sock_tuple t = {}; struct bpf_sock *sk = bpf_sk_lookup_tcp(ctx, &t, sizeof(t.ipv4), -1, 0); OUT(14, !!sk); if (sk) bpf_sk_release(sk); OUT(15, bpf_ktime_get_ns() > 0); return XDP_PASS; }
SEC("xdp") int t_print(struct xdp_md *ctx) { BEGIN long l = end - data; __u32 ip = 0x0100007f; char o[16] = {}, s[8] = "word"; static const char f[] = "<%s>"; __u64 a[1] = {(long)s};
 OUT(0, bpf_printk("one %d", l)); OUT(1, bpf_printk("three %d %ld %llx", l, -l, 0x1234567890ULL)); OUT(2, bpf_printk("%d %pI4 %u|%u", l, &ip, l, l)); OUT(3, bpf_snprintf(o, 16, f, a, 8)); OUT(4, *(__u64 *)o); return XDP_PASS; }
SEC("xdp") int t_points(struct xdp_md *ctx) { BEGIN __u32 ip = 0x0100007f; OUT(0, bpf_printk("%d %pI4 %u|%u", 1, &ip, 2, 3)); return XDP_PASS; }
SEC("xdp") int t_redir(struct xdp_md *ctx) { BEGIN
 OUT(0, bpf_redirect(5, 0)); OUT(1, bpf_redirect(5, 1)); return XDP_PASS; }
SEC("xdp") int k_dyn(struct xdp_md *ctx) { struct bpf_dynptr p; char buf[16]; __u64 *s;
 if (bpf_dynptr_from_xdp(ctx, 0, &p)) return XDP_DROP; __u32 n = bpf_dynptr_size(&p); bpf_dynptr_adjust(&p, 8, 64);
 s = bpf_dynptr_slice_rdwr(&p, 0, buf, 16); if (!s) return XDP_ABORTED; s[0] = n; s[1] = bpf_dynptr_size(&p);
 const __u64 *r = bpf_dynptr_slice(&p, 48, buf, 16); if (r) return XDP_ABORTED;
 return XDP_PASS; }
SEC("xdp") int k_iter(struct xdp_md *ctx) { struct bpf_iter_num it; int *v; __u64 sum = 0; __u32 k = 1;
 bpf_rcu_read_lock(); bpf_iter_num_new(&it, 2, 50); while ((v = bpf_iter_num_next(&it))) { if (*v == 20) break; __u64 *e = bpf_map_lookup_elem(&sums, &k); if (e) *e += *v; } bpf_iter_num_destroy(&it); bpf_rcu_read_unlock();
 __u64 *e = bpf_map_lookup_elem(&sums, &k); if (e) sum = *e; void *d = (void *)(long)ctx->data; if (d + 16 > (void *)(long)ctx->data_end) return 0; *(__u64 *)d = sum; return XDP_TX; }

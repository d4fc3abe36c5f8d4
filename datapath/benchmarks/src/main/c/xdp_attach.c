// SPDX-License-Identifier: Apache-2.0
// Runs one program of an object in the kernel, as the tools' user sides set it up, until standard input ends:
//   xdp_attach OBJECT PROGRAM DEVICE native|skb [int:VARIABLE=N] [MAP[KEY]=WORD[,WORD]]...
// Each line of standard input is answered with the first word of the map rx_cnt, added up over the CPUs, and by
// the IPv4 packets that the stack has got (Ip InReceives of the network namespace).
// Build: cc -O2 xdp_attach.c -o xdp_attach -lbpf
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>
#include <net/if.h>

#define MAX_CPUS 256

static void die(const char *what)
{
	perror(what);
	exit(1);
}

/* Sets a constant of .rodata, found through the object's BTF. */
static void set_constant(struct bpf_object *object, const char *name, int value)
{
	struct btf *btf = bpf_object__btf(object);
	struct bpf_map *map;

	bpf_object__for_each_map(map, object) {
		size_t size;
		char *data;
		const struct btf_type *section;
		struct btf_var_secinfo *var;

		if (!strstr(bpf_map__name(map), ".rodata"))
			continue;
		data = (char *)bpf_map__initial_value(map, &size);
		section = btf__type_by_id(btf, btf__find_by_name_kind(btf, ".rodata", BTF_KIND_DATASEC));
		var = btf_var_secinfos(section);
		for (int i = 0; i < btf_vlen(section); i++, var++) {
			const struct btf_type *type = btf__type_by_id(btf, var->type);

			if (!strcmp(btf__name_by_offset(btf, type->name_off), name))
				memcpy(data + var->offset, &value, var->size < 4 ? var->size : 4);
		}
	}
}

static void set_entry(struct bpf_object *object, char *entry)
{
	char *key_text = strchr(entry, '['), *words = strchr(entry, '=') + 1;
	unsigned int key = atoi(key_text + 1), value[16] = {}, n = 0;
	struct bpf_map *map;

	*key_text = 0;
	map = bpf_object__find_map_by_name(object, entry);
	if (!map)
		die(entry);
	for (char *word = strtok(words, ","); word && n < 16; word = strtok(NULL, ","))
		value[n++] = atoi(word) ? atoi(word) : if_nametoindex(word);
	if (bpf_map_update_elem(bpf_map__fd(map), &key, value, 0))
		die(entry);
}

static unsigned long received(int fd, unsigned int words)
{
	static unsigned long values[MAX_CPUS * 16];
	unsigned long sum = 0;
	unsigned int key = 0;

	if (fd < 0 || bpf_map_lookup_elem(fd, &key, values))
		return 0;
	for (int cpu = 0; cpu < libbpf_num_possible_cpus(); cpu++)
		sum += values[cpu * words];
	return sum;
}

static unsigned long delivered(void)
{
	char line[512];
	unsigned long receives = 0;
	FILE *file = fopen("/proc/self/net/snmp", "r");

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "Ip: %*u %*u %lu", &receives) == 1)
			break;
	fclose(file);
	return receives;
}

int main(int argc, char **argv)
{
	int ifindex = if_nametoindex(argv[3]), counters, words = 1;
	int flags = strcmp(argv[4], "skb") ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE;
	struct bpf_object *object = bpf_object__open_file(argv[1], NULL);
	struct bpf_program *program;
	struct bpf_map *map;
	char line[64];

	if (!object)
		die(argv[1]);
	bpf_object__for_each_program(program, object)
		bpf_program__set_autoload(program, !strcmp(bpf_program__name(program), argv[2]));
	for (int i = 5; i < argc; i++)
		if (!strncmp(argv[i], "int:", 4)) {
			char *value = strchr(argv[i], '=');

			*value = 0;
			set_constant(object, argv[i] + 4, atoi(value + 1));
		}
	if (bpf_object__load(object))
		die("load");
	for (int i = 5; i < argc; i++)
		if (strncmp(argv[i], "int:", 4))
			set_entry(object, argv[i]);
	program = bpf_object__find_program_by_name(object, argv[2]);
	if (!program || bpf_xdp_attach(ifindex, bpf_program__fd(program), flags, NULL))
		die("attach");
	map = bpf_object__find_map_by_name(object, "rx_cnt");
	counters = map ? bpf_map__fd(map) : -1;
	if (map)
		words = bpf_map__value_size(map) / sizeof(long);
	printf("ready\n");
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		printf("%lu %lu\n", received(counters, words), delivered());
		fflush(stdout);
	}
	bpf_xdp_detach(ifindex, flags, NULL);
	return 0;
}

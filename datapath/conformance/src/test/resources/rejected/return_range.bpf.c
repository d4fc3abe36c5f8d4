// SPDX-License-Identifier: Apache-2.0
#include "bad.h"

// A cgroup program answers 0 to 3; this one answers the length of the packet.
SEC("cgroup_skb/ingress")
int returns_anything(struct __sk_buff *skb)
{
	return skb->len;
}

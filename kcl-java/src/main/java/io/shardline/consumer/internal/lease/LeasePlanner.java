package io.shardline.consumer.internal.lease;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableListMultimap;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Decides which leases a session takes and which it asks for, so that all sessions hold as many as each other within one.
 *
 * <p>Every session plans for itself from the same sorted sets, so all arrive at the same balance without talking. A
 * session that is within its share keeps what it has: nothing moves while nobody comes or goes. Leases at their shard's
 * end count for nobody. Immutable.
 */
public final class LeasePlanner {

    private LeasePlanner() {}

    public static LeasePlan plan(FleetView view) {
        Map<String, Integer> counts = new TreeMap<>();
        view.live().forEach(session -> counts.put(session, 0));
        List<Lease> free = new ArrayList<>();
        List<Lease> strays = new ArrayList<>();
        for (Lease lease : view.leases()) {
            if (lease.isEnded()) {
                continue;
            }
            if (view.held().contains(lease.key())) {
                counts.merge(view.me(), 1, Integer::sum); // the row may have been read before the take landed
            } else if (view.isFree(lease)) {
                free.add(lease);
            } else if (counts.containsKey(lease.owner())) {
                counts.merge(String.valueOf(lease.owner()), 1, Integer::sum);
                if (lease.isOwnedBy(view.me())) {
                    strays.add(lease);
                }
            }
        }
        Map<String, Integer> shares = shares(counts, free.size());
        ImmutableList.Builder<Lease> takes = ImmutableList.builder();
        takes.addAll(strays);
        int left = 0;
        for (Lease lease : free) {
            String taker = neediest(counts, shares);
            counts.merge(taker, 1, Integer::sum);
            if (taker.equals(view.me())) {
                takes.add(lease);
            } else {
                left++;
            }
        }
        return new LeasePlan(takes.build(), asks(view.me(), counts, shares), left);
    }

    /**
     * Shares out the leases of a session that leaves, without moving any other.
     *
     * @param counts how many leases the others hold, each of whom gets some, the poorest first
     * @return the leases' keys by who gets them; empty if there is nobody
     */
    public static ImmutableListMultimap<String, String> heirs(Map<String, Integer> counts, Collection<String> keys) {
        TreeMap<String, Integer> growing = new TreeMap<>(counts);
        ImmutableListMultimap.Builder<String, String> heirs = ImmutableListMultimap.builder();
        for (String key : growing.isEmpty() ? List.<String>of() : keys) {
            String poorest = growing.keySet().stream()
                    .min(Comparator.comparingInt(session -> count(growing, session)))
                    .orElseThrow();
            growing.merge(poorest, 1, Integer::sum);
            heirs.put(poorest, key);
        }
        return heirs.build();
    }

    /**
     * How many leases each session should hold: all the same, and one more for some.
     *
     * <p>The one more goes to those who hold most already, so that nothing moves without need.
     */
    private static Map<String, Integer> shares(Map<String, Integer> counts, int free) {
        int total = free + counts.values().stream().mapToInt(Integer::intValue).sum();
        int even = total / counts.size();
        int oneMore = total % counts.size();
        List<String> byCount = new ArrayList<>(counts.keySet());
        byCount.sort(Comparator.<String>comparingInt(session -> -count(counts, session))
                .thenComparing(Comparator.naturalOrder()));
        Map<String, Integer> shares = new TreeMap<>();
        for (int i = 0; i < byCount.size(); i++) {
            shares.put(byCount.get(i), i < oneMore ? even + 1 : even);
        }
        return shares;
    }

    private static String neediest(Map<String, Integer> counts, Map<String, Integer> shares) {
        return shares.keySet().stream()
                .max(Comparator.<String>comparingInt(session -> count(shares, session) - count(counts, session))
                        .thenComparing(Comparator.reverseOrder()))
                .orElseThrow();
    }

    /** Matches those above their share with those below, both in order, and picks the lines that are mine. */
    private static ImmutableMap<String, Integer> asks(
            String me, Map<String, Integer> counts, Map<String, Integer> shares) {
        int before = 0;
        for (String session : counts.keySet()) {
            if (session.equals(me)) {
                break;
            }
            before += Math.max(0, count(shares, session) - count(counts, session));
        }
        int wanted = Math.max(0, count(shares, me) - count(counts, me));
        ImmutableMap.Builder<String, Integer> asks = ImmutableMap.builder();
        for (String session : counts.keySet()) {
            int surplus = Math.max(0, count(counts, session) - count(shares, session));
            int others = Math.min(surplus, before);
            int mine = Math.min(surplus - others, wanted);
            before -= others;
            wanted -= mine;
            if (mine > 0) {
                asks.put(session, mine);
            }
        }
        return asks.buildOrThrow();
    }

    private static int count(Map<String, Integer> counts, String session) {
        return counts.getOrDefault(session, 0);
    }
}

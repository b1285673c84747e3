package io.shardline.consumer.internal.lease;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * The circle in which sessions watch each other: in the order of a hash of their ids, so that all see the same one.
 *
 * <p>Immutable.
 */
final class Ring {

    private final ImmutableList<String> order;
    private final ImmutableMap<String, Integer> places;

    Ring(Collection<String> sessions) {
        List<Place> sorted = new ArrayList<>();
        sessions.forEach(session -> sorted.add(new Place(hash(session), session)));
        sorted.sort(Comparator.comparingLong(Place::hash).thenComparing(Place::session));
        ImmutableList.Builder<String> names = ImmutableList.builder();
        ImmutableMap.Builder<String, Integer> indices = ImmutableMap.builder();
        for (int i = 0; i < sorted.size(); i++) {
            names.add(sorted.get(i).session());
            indices.put(sorted.get(i).session(), i);
        }
        order = names.build();
        places = indices.buildOrThrow();
    }

    /** All, in their order. */
    ImmutableList<String> sessions() {
        return order;
    }

    /** The next few after a session of the ring; all others if there are no more. */
    List<String> following(String session, int count) {
        Integer place = places.get(session);
        if (place == null) {
            throw new IllegalArgumentException("only a session of the ring has others after it; not so " + session);
        }
        List<String> following = new ArrayList<>();
        for (int i = 1; i <= Math.min(count, order.size() - 1); i++) {
            following.add(order.get((place + i) % order.size()));
        }
        return following;
    }

    private static long hash(String session) {
        return Hashing.murmur3_128().hashString(session, StandardCharsets.UTF_8).asLong();
    }

    private record Place(long hash, String session) {}
}

package io.shardline.producer.internal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Decides which lanes go together into which requests.
 *
 * <p>The oldest head goes first. A request has one stream, one company, at most 500 entries, and at most 1 MiB unless a
 * single load is larger; so it never comes near the service's 10 MiB, as no load is larger than one record, or 1 MiB. Thread-safe.
 */
final class RequestPlanner {

    /** Larger requests gain nothing, and hurt more when they are lost. */
    static final long SOFT_LIMIT = 1024 * 1024;

    private RequestPlanner() {}

    /**
     * A lane that could send now.
     *
     * <p>Immutable.
     *
     * @param lane what is planned for; the planner only passes it on
     * @param stream lanes of different streams never share a request
     * @param company nor do lanes of different companies
     * @param headPutAt when the first waiting record was put
     */
    record Candidate<L>(L lane, String stream, long company, long headPutAt, long bytes, int entries) {}

    private record Destination(String stream, long company) {}

    private static final class Draft<L> {

        private final List<L> lanes = new ArrayList<>();
        private long bytes;
        private int entries;

        boolean hasRoomFor(Candidate<L> candidate) {
            return bytes + candidate.bytes() <= SOFT_LIMIT && entries + candidate.entries() <= ShardLane.MOST_ENTRIES;
        }

        void add(Candidate<L> candidate) {
            lanes.add(candidate.lane());
            bytes += candidate.bytes();
            entries += candidate.entries();
        }
    }

    /**
     * Fills requests.
     *
     * @param candidates in an order that decides between heads of the same age
     * @param mostRequests how many requests may be made
     * @return the lanes of each request; lanes that are in none have to wait
     */
    static <L> List<List<L>> plan(List<Candidate<L>> candidates, int mostRequests) {
        List<Candidate<L>> oldestFirst = new ArrayList<>(candidates);
        oldestFirst.sort(Comparator.comparingLong(Candidate::headPutAt));
        List<List<L>> requests = new ArrayList<>();
        Map<Destination, Draft<L>> drafts = new LinkedHashMap<>();
        for (Candidate<L> candidate : oldestFirst) {
            Destination destination = new Destination(candidate.stream(), candidate.company());
            Draft<L> draft = drafts.get(destination);
            if (draft == null || !draft.hasRoomFor(candidate)) {
                if (requests.size() == mostRequests) {
                    continue; // a younger one may still fit into a request that is begun
                }
                draft = new Draft<>();
                drafts.put(destination, draft);
                requests.add(draft.lanes);
            }
            draft.add(candidate);
        }
        return requests;
    }
}

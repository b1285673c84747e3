package io.shardline.testkit.time;

import java.util.random.RandomGenerator;

/**
 * The SplitMix64 generator, with every derived method spelled out so that a seed gives one sequence on every JDK.
 *
 * <p>The defaults of {@link RandomGenerator} may change between releases, and some already have; a seed that fails on one
 * JDK must fail on the others. The stream-returning methods keep their defaults and are not covered by that promise. The
 * algorithm is Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014. Confined to one
 * thread.
 */
public final class SplitMix64 implements RandomGenerator {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;
    private static final double DOUBLE_UNIT = 0x1.0p-53;
    private static final float FLOAT_UNIT = 0x1.0p-24f;
    private static final int MIN_GAMMA_TRANSITIONS = 24;

    private final long gamma;
    private long state;

    /** A generator whose sequence is a function of {@code seed}; any seed is as good as any other. */
    public SplitMix64(long seed) {
        this(seed, GOLDEN_GAMMA);
    }

    private SplitMix64(long state, long gamma) {
        this.state = state;
        this.gamma = gamma;
    }

    /** A new generator, statistically independent of this one, which advances by two numbers. */
    public SplitMix64 split() {
        long childState = nextLong();
        return new SplitMix64(childState, mixGamma(advance()));
    }

    /** A well-mixed function of {@code value}, one to one. */
    static long mix(long value) {
        long z = value;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    private static long mixGamma(long value) {
        long z = value;
        z = (z ^ (z >>> 33)) * 0xFF51AFD7ED558CCDL;
        z = (z ^ (z >>> 33)) * 0xC4CEB9FE1A85EC53L;
        z = (z ^ (z >>> 33)) | 1L;
        return Long.bitCount(z ^ (z >>> 1)) < MIN_GAMMA_TRANSITIONS ? z ^ 0xAAAAAAAAAAAAAAAAL : z;
    }

    private long advance() {
        state += gamma;
        return state;
    }

    @Override
    public long nextLong() {
        return mix(advance());
    }

    @Override
    public int nextInt() {
        return (int) (nextLong() >>> 32);
    }

    @Override
    public boolean nextBoolean() {
        return nextLong() < 0;
    }

    @Override
    public void nextBytes(byte[] bytes) {
        long bits = 0;
        for (int i = 0; i < bytes.length; i++) {
            bits = i % Long.BYTES == 0 ? nextLong() : bits >>> Byte.SIZE;
            bytes[i] = (byte) bits;
        }
    }

    @Override
    public int nextInt(int bound) {
        return (int) nextLong(bound);
    }

    @Override
    public int nextInt(int origin, int bound) {
        return (int) nextLong(origin, bound);
    }

    @Override
    public long nextLong(long bound) {
        if (bound <= 0) {
            throw new IllegalArgumentException("bound must be positive: " + bound);
        }
        // Draws from the incomplete last interval are thrown away, or small results would come up too often.
        long bits = nextLong() >>> 1;
        long result = bits % bound;
        while (bits - result + (bound - 1) < 0) {
            bits = nextLong() >>> 1;
            result = bits % bound;
        }
        return result;
    }

    @Override
    public long nextLong(long origin, long bound) {
        if (origin >= bound) {
            throw new IllegalArgumentException("origin must be below bound: " + origin + ", " + bound);
        }
        long span = bound - origin;
        if (span > 0) {
            return origin + nextLong(span);
        }
        long result = nextLong();
        while (result < origin || result >= bound) {
            result = nextLong();
        }
        return result;
    }

    @Override
    public double nextDouble() {
        return (nextLong() >>> 11) * DOUBLE_UNIT;
    }

    @Override
    public double nextDouble(double bound) {
        return nextDouble(0, bound);
    }

    @Override
    public double nextDouble(double origin, double bound) {
        if (!(origin < bound && bound - origin < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("origin must be finite and below bound: " + origin + ", " + bound);
        }
        double result = origin + nextDouble() * (bound - origin);
        return result < bound ? result : StrictMath.nextDown(bound);
    }

    @Override
    public float nextFloat() {
        return (nextLong() >>> 40) * FLOAT_UNIT;
    }

    @Override
    public float nextFloat(float bound) {
        return nextFloat(0, bound);
    }

    @Override
    public float nextFloat(float origin, float bound) {
        if (!(origin < bound && bound - origin < Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("origin must be finite and below bound: " + origin + ", " + bound);
        }
        float result = origin + nextFloat() * (bound - origin);
        return result < bound ? result : StrictMath.nextDown(bound);
    }

    @Override
    public double nextGaussian() {
        // Marsaglia's polar method without keeping the second number, so that there is no state besides the seed's.
        double x;
        double square;
        do {
            x = 2 * nextDouble() - 1;
            double y = 2 * nextDouble() - 1;
            square = x * x + y * y;
        } while (square >= 1 || square == 0);
        return x * StrictMath.sqrt(-2 * StrictMath.log(square) / square);
    }

    @Override
    public double nextGaussian(double mean, double deviation) {
        if (!(deviation >= 0)) {
            throw new IllegalArgumentException("deviation must not be negative: " + deviation);
        }
        return mean + deviation * nextGaussian();
    }

    @Override
    public double nextExponential() {
        return -StrictMath.log(1 - nextDouble());
    }
}

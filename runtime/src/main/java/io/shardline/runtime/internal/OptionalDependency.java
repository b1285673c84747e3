package io.shardline.runtime.internal;

/**
 * A library that applications add if they use the class that needs it.
 *
 * <p>Thread-safe.
 */
public final class OptionalDependency {

    private OptionalDependency() {}

    /**
     * Requires a library, in the static initializer of the class that needs it: before that, the JVM would name a missing class
     * and nothing else.
     *
     * @param user the class that needs it
     * @param present a class of the library
     * @param dependency how to add it, for example {@code io.micrometer:micrometer-core}
     * @throws NoClassDefFoundError if it is missing, naming the dependency
     */
    public static void require(Class<?> user, String present, String dependency) {
        try {
            Class.forName(present, false, user.getClassLoader());
        } catch (ClassNotFoundException e) {
            NoClassDefFoundError missing = new NoClassDefFoundError(user.getSimpleName() + " needs the class " + present
                    + ", which is not there: add the dependency " + dependency);
            missing.initCause(e);
            throw missing;
        }
    }
}

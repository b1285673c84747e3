package io.shardline.mutants;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * A production class with a few words changed. Immutable.
 *
 * @param type the full name of the class
 * @param original words that its source has exactly once
 * @param changed what stands there in the mutant
 */
public record SourceMutant(String type, String original, String changed) {

    private static final Path SOURCES = Path.of("src", "main", "java");

    /**
     * Compiles the mutated source of the module in the working directory.
     *
     * @param reloaded what the names of the classes begin with that are loaded anew, with the mutant in place of the original
     * @return a class loader for them; all other classes are those of the caller
     * @throws IllegalStateException if the source does not have the original words exactly once, or does not compile
     */
    public ClassLoader load(String reloaded) throws IOException {
        Path file = SOURCES.resolve(type.replace('.', '/') + ".java");
        String source = Files.readString(file);
        if (source.split(Pattern.quote(original), -1).length != 2) {
            throw new IllegalStateException(file + " does not have exactly once: " + original);
        }
        return new Loader(reloaded, compile(source.replace(original, changed)));
    }

    private Map<String, byte[]> compile(String source) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        Outputs outputs = new Outputs(compiler.getStandardFileManager(null, null, null));
        StringWriter messages = new StringWriter();
        String file = type.substring(type.lastIndexOf('.') + 1) + ".java";
        JavaFileObject unit = new SimpleJavaFileObject(URI.create("string:///" + file), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return source;
            }
        };
        List<String> options = List.of("-proc:none", "-nowarn", "-classpath", System.getProperty("java.class.path"));
        if (!compiler.getTask(messages, outputs, null, options, null, List.of(unit))
                .call()) {
            throw new IllegalStateException(this + " does not compile: " + messages);
        }
        Map<String, byte[]> classes = new HashMap<>();
        outputs.written.forEach((name, bytes) -> classes.put(name, bytes.toByteArray()));
        return classes;
    }

    @Override
    public String toString() {
        return type + ": " + changed;
    }

    /** Keeps what the compiler writes in memory. Confined to one compilation. */
    private static final class Outputs extends ForwardingJavaFileManager<JavaFileManager> {

        private final Map<String, ByteArrayOutputStream> written = new HashMap<>();

        Outputs(JavaFileManager rest) {
            super(rest);
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                Location location, String name, JavaFileObject.Kind kind, @Nullable FileObject sibling) {
            return new SimpleJavaFileObject(URI.create("memory:///" + name + ".class"), kind) {
                @Override
                public OutputStream openOutputStream() {
                    return written.computeIfAbsent(name, unknown -> new ByteArrayOutputStream());
                }
            };
        }
    }

    /** Loads classes anew, with the mutated one in place of the original. Thread-safe. */
    private static final class Loader extends ClassLoader {

        private final String reloaded;
        private final Map<String, byte[]> mutated;

        Loader(String reloaded, Map<String, byte[]> mutated) {
            super(SourceMutant.class.getClassLoader());
            this.reloaded = reloaded;
            this.mutated = mutated;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith(reloaded)) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> known = findLoadedClass(name);
                return known != null ? known : findClass(name);
            }
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            byte[] bytes = mutated.get(name);
            if (bytes == null) {
                bytes = original(name);
            }
            return defineClass(name, bytes, 0, bytes.length);
        }

        private byte[] original(String name) throws ClassNotFoundException {
            try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                return in.readAllBytes();
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }
}

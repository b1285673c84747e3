package io.shardline.examples.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the javadoc of a builder's method, or of an enum's constant, says, as Markdown.
 *
 * <p>The javadoc has one sentence "Default X." where code can check X, or "Default: words.", and a last paragraph "Change it
 * when ...". Immutable.
 *
 * @param name of the method or the constant
 * @param meaning the first sentence
 * @param more the other sentences
 * @param defaultWords the default, or an empty text
 * @param isValue whether these are a value and not a description of one
 * @param changeWhen when to change it, or an empty text
 */
record DocumentedMethod(
        String name, String meaning, String more, String defaultWords, boolean isValue, String changeWhen) {

    private static final String JAVADOC = "/\\*\\*((?:[^*]|\\*(?!/))*+)\\*/\\s*";
    private static final Pattern METHOD = Pattern.compile(JAVADOC + "public Builder (\\w+)\\(");
    private static final Pattern CONSTANT = Pattern.compile(JAVADOC + "([A-Z_]+)\\s*[,;}]");
    private static final Pattern INLINE = Pattern.compile("\\{@(\\w+)\\s+([^\\s}]+)\\s*([^}]*)}");
    private static final Pattern SENTENCE_END = Pattern.compile("(?<=\\.)\\s+(?=[A-Z`])");
    private static final Pattern DEFAULT = Pattern.compile("(?:By default|Default)(:?)\\s+(.*)\\.");
    private static final String CHANGE = "Change it when ";

    /** The methods of a builder that return it, in the order of the source; of those with one name the first. */
    static List<DocumentedMethod> ofBuilder(Path source) {
        String text = read(source);
        return all(METHOD, text.substring(text.indexOf("class Builder")));
    }

    /** The constants of an enum. */
    static List<DocumentedMethod> ofEnum(Path source) {
        return all(CONSTANT, read(source));
    }

    private static List<DocumentedMethod> all(Pattern what, String source) {
        Map<String, DocumentedMethod> found = new LinkedHashMap<>();
        Matcher matcher = what.matcher(source);
        while (matcher.find()) {
            found.putIfAbsent(matcher.group(2), of(matcher.group(2), matcher.group(1)));
        }
        return List.copyOf(found.values());
    }

    private static DocumentedMethod of(String name, String javadoc) {
        String body = javadoc.replaceAll("(?m)^\\s*\\* ?", "").replaceFirst("(?ms)^\\s*@(?:param|return|throws).*", "");
        List<String> sentences = new ArrayList<>();
        String changeWhen = "";
        for (String paragraph : body.split("<p>", -1)) {
            String text = markdown(paragraph);
            if (text.startsWith(CHANGE)) {
                changeWhen = text.substring(CHANGE.length());
            } else {
                sentences.addAll(List.of(SENTENCE_END.split(text)));
            }
        }
        String defaultWords = "";
        boolean isValue = false;
        for (String sentence : List.copyOf(sentences)) {
            Matcher matcher = DEFAULT.matcher(sentence);
            if (defaultWords.isEmpty() && matcher.matches()) {
                defaultWords = matcher.group(2);
                isValue = sentence.startsWith("Default ") && matcher.group(1).isEmpty();
                sentences.remove(sentence);
            }
        }
        String more = String.join(" ", sentences.subList(1, sentences.size()));
        return new DocumentedMethod(name, sentences.get(0), more, defaultWords, isValue, changeWhen);
    }

    private static String markdown(String javadoc) {
        String line = javadoc.strip().replaceAll("\\s+", " ");
        return INLINE.matcher(line)
                .replaceAll(tag -> Matcher.quoteReplacement(inline(tag.group(1), tag.group(2), tag.group(3))));
    }

    private static String inline(String tag, String target, String rest) {
        if (tag.equals("code")) {
            return "`" + (target + " " + rest).strip() + "`";
        }
        if (!rest.isEmpty()) {
            return rest;
        }
        String member = target.startsWith("#") ? target.substring(1) : target.replace('#', '.');
        return "`" + member + "`";
    }

    private static String read(Path source) {
        try {
            return Files.readString(source);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package io.shardline.examples;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.ArrayList;
import java.util.List;

/**
 * That no type of a kind stands where users of a class see it: in public or protected members, also inside of generic types.
 *
 * <p>Immutable.
 */
final class HaveNoSignatureWith extends ArchCondition<JavaClass> {

    private final DescribedPredicate<JavaClass> kind;

    HaveNoSignatureWith(DescribedPredicate<JavaClass> kind) {
        super("have no public signature with " + kind.getDescription());
        this.kind = kind;
    }

    @Override
    public void check(JavaClass type, ConditionEvents events) {
        for (JavaType parent : type.getInterfaces()) {
            check(type, type.getName() + " implements " + parent.getName(), parent, events);
        }
        type.getSuperclass()
                .ifPresent(parent -> check(type, type.getName() + " extends " + parent.getName(), parent, events));
        for (JavaMember member : type.getMembers()) {
            if (member.getModifiers().contains(JavaModifier.PUBLIC)
                    || member.getModifiers().contains(JavaModifier.PROTECTED)) {
                for (JavaType seen : typesOf(member)) {
                    check(type, member.getFullName() + " shows " + seen.getName(), seen, events);
                }
            }
        }
    }

    private static List<JavaType> typesOf(JavaMember member) {
        List<JavaType> types = new ArrayList<>();
        if (member instanceof JavaField field) {
            types.add(field.getType());
        } else if (member instanceof JavaCodeUnit codeUnit) {
            types.add(codeUnit.getReturnType());
            types.addAll(codeUnit.getParameterTypes());
            types.addAll(codeUnit.getExceptionTypes());
        }
        return types;
    }

    private void check(JavaClass type, String message, JavaType seen, ConditionEvents events) {
        if (seen.getAllInvolvedRawTypes().stream().anyMatch(kind)) {
            events.add(SimpleConditionEvent.violated(type, message));
        }
    }
}

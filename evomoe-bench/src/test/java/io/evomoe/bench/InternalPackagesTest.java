package io.evomoe.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Packages with {@code internal} in their name are not in the Javadoc, and no signature that a user
 * reads needs them.
 */
class InternalPackagesTest {
  /** What the command line alone calls. */
  private static final Set<String> FOR_THE_COMMAND_LINE =
      Set.of("Builder.in", "RunBuilder.in", "RunOpening.output");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .withImportOption(location -> !location.contains("-tests.jar"))
          .importPackages("io.evomoe");

  @Test
  void no_public_signature_should_need_a_type_that_is_internal() {
    Set<String> leaks =
        CLASSES.stream()
            .filter(InternalPackagesTest::isForUsers)
            .flatMap(type -> type.getCodeUnits().stream())
            .filter(InternalPackagesTest::isVisible)
            .filter(unit -> signature(unit).anyMatch(InternalPackagesTest::isInternal))
            .map(unit -> unit.getOwner().getSimpleName() + "." + unit.getName())
            .collect(Collectors.toSet());

    assertThat(leaks).isEqualTo(FOR_THE_COMMAND_LINE);
  }

  private static Stream<JavaClass> signature(JavaCodeUnit unit) {
    return Stream.concat(unit.getRawParameterTypes().stream(), Stream.of(unit.getRawReturnType()));
  }

  /** The command line and the cluster are programs, not libraries. */
  private static boolean isForUsers(JavaClass type) {
    String name = type.getPackageName();
    return type.getModifiers().contains(JavaModifier.PUBLIC)
        && !isInternal(type)
        && !name.startsWith("io.evomoe.bench")
        && !name.startsWith("io.evomoe.spark");
  }

  private static boolean isVisible(JavaCodeUnit unit) {
    return unit.getModifiers().contains(JavaModifier.PUBLIC)
        || unit.getModifiers().contains(JavaModifier.PROTECTED);
  }

  private static boolean isInternal(JavaClass type) {
    return type.getBaseComponentType().getPackageName().contains(".internal.");
  }
}

package io.evomoe.junit;

import java.lang.reflect.Method;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.ReflectionSupport;

/** Creates a test for each variant of a {@link ConvergenceTest}. */
final class ConvergenceExtension implements TestTemplateInvocationContextProvider {

  @Override
  public boolean supportsTestTemplate(ExtensionContext context) {
    return AnnotationSupport.isAnnotated(context.getTestMethod(), ConvergenceTest.class);
  }

  @Override
  public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(
      ExtensionContext context) {
    ConvergenceTest test = context.getRequiredTestMethod().getAnnotation(ConvergenceTest.class);
    return variants(test, context.getRequiredTestClass())
        .map(variant -> new ConvergenceInvocation(test, variant));
  }

  private static Stream<String> variants(ConvergenceTest test, Class<?> testClass) {
    if (test.variants().isEmpty()) {
      return Stream.of("");
    }
    Method source =
        ReflectionSupport.findMethod(testClass, test.variants())
            .orElseThrow(
                () ->
                    new ExtensionConfigurationException(
                        "variants of @ConvergenceTest must be a static method of %s without"
                                .formatted(testClass.getName())
                            + " parameters, was "
                            + test.variants()));
    Object all = ReflectionSupport.invokeMethod(source, null);
    if (all instanceof Stream<?> stream) {
      return stream.map(String::valueOf);
    }
    if (all instanceof Iterable<?> iterable) {
      return StreamSupport.stream(iterable.spliterator(), false).map(String::valueOf);
    }
    throw new ExtensionConfigurationException(
        "variants of @ConvergenceTest must give a Stream or an Iterable, gave " + all);
  }
}

package io.evomoe.junit;

import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;
import org.junit.jupiter.api.function.ThrowingConsumer;
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
        .map(variant -> new Invocation(test, variant, new CurveRecorder(test.every())));
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
    throw new ExtensionConfigurationException(
        "variants of @ConvergenceTest must give a Stream, gave " + all);
  }

  /** One training: gives the test its recorder and compares the curves afterwards. */
  private record Invocation(ConvergenceTest test, String variant, CurveRecorder recorder)
      implements TestTemplateInvocationContext, ParameterResolver, AfterTestExecutionCallback {
    private static final String RECORD = "evomoe.record";
    private static final String VARIANT = "{variant}";

    @Override
    public String getDisplayName(int invocationIndex) {
      return variant.isEmpty() ? "curve" : variant;
    }

    @Override
    public List<Extension> getAdditionalExtensions() {
      return List.of(this);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      Class<?> type = parameter.getParameter().getType();
      return type == CurveRecorder.class || (type == String.class && !variant.isEmpty());
    }

    @Override
    public @Nullable Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == String.class ? variant : recorder;
    }

    @Override
    public void afterTestExecution(ExtensionContext context) {
      if (context.getExecutionException().isPresent()) {
        return;
      }
      Curve measured = recorder.curve();
      if (measured.isEmpty()) {
        throw new AssertionError("the training must record at least one point, recorded none");
      }
      String name = name(context);
      Path file = Path.of(test.folder()).resolve(name + ".csv");
      boolean records =
          context.getConfigurationParameter(RECORD).map(Boolean::parseBoolean).orElse(false);
      if (records) {
        measured.requireFinite();
        measured.write(file);
      } else {
        compare(context, name, file, measured);
      }
    }

    private void compare(ExtensionContext context, String name, Path file, Curve measured) {
      if (!Files.exists(file)) {
        throw new AssertionError(
            "no curve is recorded in %s; -D%s=true records one".formatted(file, RECORD));
      }
      Curve recorded = Curve.read(file);
      Map<String, CurveComparison.Bounds> bounds = bounds(recorded, measured);
      String attachment = Path.of(name + ".svg").getFileName() + "";
      attach(context, attachment, picture -> CurvePicture.write(picture, name, recorded, measured));
      List<String> differences = CurveComparison.differences(recorded, measured, bounds);
      if (!differences.isEmpty()) {
        Path picture = Path.of(test.pictures()).resolve(name + ".svg");
        CurvePicture.write(picture, name, recorded, measured);
        throw new AssertionError(
            "the training does not follow %s:%n- %s%nBoth curves: %s"
                .formatted(file, String.join(System.lineSeparator() + "- ", differences), picture));
      }
    }

    /**
     * Calls the method by name, because JUnit 5 and 6 have its media type in different packages.
     */
    private static void attach(
        ExtensionContext context, String name, ThrowingConsumer<Path> written) {
      try {
        for (Method method : ExtensionContext.class.getMethods()) {
          if (method.getName().equals("publishFile")) {
            Class<?> mediaType = method.getParameterTypes()[1];
            Method create = mediaType.getMethod("create", String.class, String.class);
            method.invoke(context, name, create.invoke(null, "image", "svg+xml"), written);
            return; // JUnit 6 has the method of JUnit 5 as well
          }
        }
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("cannot attach " + name + " to the report of the test", e);
      }
    }

    private String name(ExtensionContext context) {
      String given = test.curve();
      if (given.isEmpty()) {
        String method =
            context.getRequiredTestClass().getSimpleName()
                + "-"
                + context.getRequiredTestMethod().getName();
        given = variant.isEmpty() ? method : method + "-" + VARIANT;
      }
      if (!variant.isEmpty() && !given.contains(VARIANT)) {
        throw new IllegalArgumentException(
            "curve of a @ConvergenceTest with variants must contain %s, so that each has its own, was %s"
                .formatted(VARIANT, given));
      }
      return given.replace(VARIANT, variant);
    }

    /** By series; that of the others is named "". A variant may lack a series, others may not. */
    private Map<String, CurveComparison.Bounds> bounds(Curve recorded, Curve measured) {
      Set<String> known = Curve.names(recorded, measured);
      Map<String, CurveComparison.Bounds> bounds = new HashMap<>();
      for (Tolerance tolerance : test.tolerances()) {
        String name = tolerance.series();
        if (variant.isEmpty() && !name.isEmpty() && !known.contains(name)) {
          throw new IllegalArgumentException(
              "series of a @Tolerance must be one of %s, was %s".formatted(known, name));
        }
        if (bounds.put(name, CurveComparison.Bounds.of(tolerance)) != null) {
          throw new IllegalArgumentException(
              "series of @Tolerance must be named once each, '%s' was named again".formatted(name));
        }
      }
      return bounds;
    }
  }
}

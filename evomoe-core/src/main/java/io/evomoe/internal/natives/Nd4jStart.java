package io.evomoe.internal.natives;

import org.nd4j.common.io.Resource;
import org.nd4j.linalg.factory.Environment;
import org.nd4j.linalg.factory.Nd4jBackend;

/**
 * Registered as an ND4J backend without being one. ND4J creates all backends before it loads native
 * code, also if a program's first array is not one of ours.
 */
public final class Nd4jStart extends Nd4jBackend {
  private static final int LAST = -1000;

  /** Logger of ND4J's INFO lines about threads, memory and instruction sets. */
  private static final String ABOUT_ITSELF = "org.nd4j.log.initialization";

  /** Called by ND4J. */
  public Nd4jStart() {
    NativeFolders.prepare();
    sayLittle();
    ShapeCache.offer();
  }

  /** Turns these lines off unless the property is set. */
  static void sayLittle() {
    if (System.getProperty(ABOUT_ITSELF) == null) {
      System.setProperty(ABOUT_ITSELF, "false");
    }
  }

  @Override
  public int getPriority() {
    return LAST;
  }

  @Override
  public boolean isAvailable() {
    return false;
  }

  @Override
  public boolean canRun() {
    return false;
  }

  @Override
  public boolean allowsOrder() {
    return false;
  }

  @Override
  public Resource getConfigurationResource() {
    throw none();
  }

  @Override
  public Class<?> getNDArrayClass() {
    throw none();
  }

  @Override
  public Environment getEnvironment() {
    throw none();
  }

  @Override
  public String buildInfo() {
    throw none();
  }

  @Override
  public void logBackendInit() {}

  private static UnsupportedOperationException none() {
    return new UnsupportedOperationException("not a backend that computes");
  }
}

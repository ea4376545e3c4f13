package io.evomoe.bench.cli;

import picocli.CommandLine.IVersionProvider;

/** The version of the jar, with the Java that runs it. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {"evomoe " + ofProgram() + ", Java " + Runtime.version()};
  }

  /** Of the jar; {@code development} where there is none. */
  static String ofProgram() {
    String version = Main.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}

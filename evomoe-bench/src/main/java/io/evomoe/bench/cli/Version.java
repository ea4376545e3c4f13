package io.evomoe.bench.cli;

import picocli.CommandLine.IVersionProvider;

/** The version of the jar, with the Java that runs it. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    String version = Main.class.getPackage().getImplementationVersion();
    return new String[] {
      "evomoe " + (version == null ? "development" : version) + ", Java " + Runtime.version()
    };
  }
}

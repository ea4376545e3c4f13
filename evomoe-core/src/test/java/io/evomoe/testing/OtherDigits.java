package io.evomoe.testing;

import java.util.Locale;

/** A default locale whose digits are not those of ASCII, until it is closed. */
public final class OtherDigits implements AutoCloseable {
  private final Locale before = Locale.getDefault(Locale.Category.FORMAT);

  /** Sets it. */
  public OtherDigits() {
    Locale.setDefault(Locale.Category.FORMAT, Locale.forLanguageTag("fa-IR-u-nu-arabext"));
  }

  @Override
  public void close() {
    Locale.setDefault(Locale.Category.FORMAT, before);
  }
}

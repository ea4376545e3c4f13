package io.evomoe.internal.natives;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4j;

class Nd4jStartTest {
  private static final String SWITCH = "org.nd4j.log.initialization";

  @Test
  void nd4j_should_say_nothing_about_itself_unless_it_is_asked_to() {
    assertThat(Nd4j.scalar(1).getInt(0)).isEqualTo(1);
    assertThat(System.getProperty(SWITCH)).isEqualTo("false");

    System.setProperty(SWITCH, "true");
    try {
      Nd4jStart.sayLittle();
      assertThat(System.getProperty(SWITCH)).isEqualTo("true");
    } finally {
      System.setProperty(SWITCH, "false");
    }
  }
}

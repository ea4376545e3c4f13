package io.evomoe.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "spark://127.0.0.1:7077",
        "spark://localhost:7077",
        "spark://[::1]:7077",
        "spark://127.0.0.1:7077,127.0.0.2:7077",
        "local",
        "local[2]",
        "local[*]"
      })
  void should_listen_on_the_loopback_address_alone_when_all_is_on_this_machine(String master) {
    SparkConf conf = Cluster.conf(master, Map.of(), "run");

    assertThat(conf.get("spark.driver.host")).isEqualTo("127.0.0.1");
    assertThat(conf.get("spark.ui.enabled")).isEqualTo("false");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "spark://10.1.2.3:7077",
        "spark://127.0.0.1:7077,10.1.2.3:7077",
        "yarn",
        "k8s://https://127.0.0.1:6443"
      })
  void should_be_reachable_for_executors_of_other_machines(String master) {
    SparkConf conf = Cluster.conf(master, Map.of(), "run");

    assertThat(conf.contains("spark.driver.host")).isFalse();
    assertThat(conf.contains("spark.ui.enabled")).isFalse();
  }

  @Test
  void should_put_what_is_asked_for_before_its_own() {
    Map<String, String> asked = Map.of("spark.driver.host", "10.1.2.3", "spark.ui.enabled", "true");

    SparkConf conf = Cluster.conf("spark://127.0.0.1:7077", asked, "run");

    assertThat(conf.get("spark.driver.host")).isEqualTo("10.1.2.3");
    assertThat(conf.get("spark.ui.enabled")).isEqualTo("true");
  }

  @ParameterizedTest
  @ValueSource(strings = {"spark://host", "spark://:7077", "spark://127.0.0.1:1,host"})
  void should_refuse_a_master_without_host_or_port(String master) {
    assertThatThrownBy(() -> Cluster.connect(master, Map.of(), "run"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(
            "--spark must be spark://HOST:PORT, yarn, k8s://... or local[N], was");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "plain words | plain words",
        "Job aborted: Lost task 0.3 (executor 1): java.io.UncheckedIOException: text x is not UTF-8"
            + " | text x is not UTF-8",
        "a: org.apache.spark.SparkException: b: java.lang.IllegalArgumentException: c | c"
      })
  void should_give_what_stands_behind_the_last_exception(String message, String reason) {
    assertThat(Cluster.reason(new IllegalStateException(message + "\n at somewhere")))
        .isEqualTo(reason);
  }
}

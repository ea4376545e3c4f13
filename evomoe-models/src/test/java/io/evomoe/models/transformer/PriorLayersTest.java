package io.evomoe.models.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.gates.TopKGate;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.models.transformer.Transformer.TransformerConfig;
import io.evomoe.nn.Parameter;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

/** Each stack has its own last layer. */
class PriorLayersTest {
  @Test
  void should_have_a_prior_in_the_last_layer_with_experts_of_each_stack_where_that_is_asked_for() {
    StackConfig encoder = StackConfig.of(4, 6, 2).withExperts(3).withMoeEvery(2);
    StackConfig decoder = StackConfig.of(2, 6, 2).withExperts(3).withMoeEvery(1);
    TransformerConfig config = new TransformerConfig(11, 8, encoder, decoder, 0);

    Transformer transformer =
        SmallTransformer.of(
            config,
            new TopKGate.Provider(),
            Map.of("prior", "learned", "priorLayers", "last"),
            DataType.DOUBLE);

    assertThat(transformer.parameters().stream().map(Parameter::name))
        .filteredOn(name -> name.endsWith(".prior"))
        .containsExactly(
            "encoder.blocks.3.feedForward.gate.prior", "decoder.blocks.1.feedForward.gate.prior");
  }
}

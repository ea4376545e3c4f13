package io.evomoe.gates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.evolution.EvolvingFeedForward;
import io.evomoe.evolution.EvolvingLayers;
import io.evomoe.evolution.SpawnMethod;
import io.evomoe.moe.Gate.TopKRouting;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.GateProvider.ExpertLifecycle;
import io.evomoe.step.StepContext;
import io.evomoe.step.StepContext.Phase;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which gates are routers of a fixed k, and which models can be used as if theirs were. */
class TopKRoutingTest {
  private static final StepContext SOFT = new StepContext(7, Phase.SOFT, 0.5, true, 3);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "topk | | SOFT | 2 renormalized",
        "topk | k=3 | HARD | 3 renormalized",
        "top2 | | SOFT | 2 renormalized",
        "switch | jitter=0.1 | SOFT | 1 of all",
        "softmix | | SOFT | 4 of all",
        "dts | | HARD | 2 renormalized",
        "evomoe | | HARD | 2 renormalized",
        "dts | renormalize=false noise=true | HARD | 2 of all",
        "dts | | SOFT | keeps every expert above its threshold until the hard phase (use"
            + " --experts-per-token for a fixed number)",
        "dts | evaluation=top1 | SOFT | 1 renormalized",
        "dts | evaluation=top1 renormalize=false | HARD | 1 of all",
        "dts | evaluation=dense | HARD | 4 renormalized",
        "dts | weights=gumbel | HARD | weighs by the temperature (option weights)",
        "dts | prior=annealed | HARD | 2 renormalized",
        "switch | prior=annealed | SOFT | 1 of all",
        "switch | prior=fixed | SOFT | adds what a token's id says to its logits (option prior; with Llama blocks, convert --embed-prior moves it into the embedding)",
        "dts | prior=learned | HARD | adds what a token's id says to its logits (option prior; with Llama blocks, convert --embed-prior moves it into the embedding)",
        "dts | gateActivation=tanh | HARD | bounds its logits (option gateActivation)",
        "lossfree | | SOFT | chooses by scores to which a bias is added",
        "remoe | | SOFT | gives a token as many experts as have a logit above 0",
        "base | | SOFT | weighs its expert by a sigmoid, against the token itself",
        "stablemoe | | SOFT | weighs its expert by a sigmoid, against the token itself",
        "hash | | SOFT | looks up its expert by the token's id",
        "expertchoice | | SOFT | lets the experts choose among the tokens of a batch",
        "dense | | SOFT | has one expert in each layer and does not route",
      })
  void should_say_what_its_router_is(String gate, String options, Phase phase, String expected) {
    EvolvingFeedForward place = place(gate, options);
    StepContext step = phase == Phase.HARD ? SOFT.hard(2) : SOFT;

    assertThat(text(place.topKRouting(step))).isEqualTo(expected);
    if (place.topKRouting(step) instanceof TopKRouting.Fixed fixed) {
      assertThat(fixed.router().name()).isEqualTo("moe.gate.weight");
      assertThat(fixed.router().value().shape())
          .containsExactly(LayerScene.WIDTH, LayerScene.EXPERTS);
    }
  }

  private static String text(TopKRouting routing) {
    return routing instanceof TopKRouting.Fixed fixed
        ? fixed.experts() + (fixed.renormalized() ? " renormalized" : " of all")
        : ((TopKRouting.Other) routing).reason();
  }

  @Test
  void should_not_route_before_the_spawn() {
    EvolvingFeedForward place = unspawned("evomoe", "");

    assertThat(text(place.topKRouting(SOFT.hard(1))))
        .isEqualTo("has one expert in each layer and does not route");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new EvolvingLayers(List.of(place)).withExpertsPerToken(SOFT, 2))
        .withMessage(
            "expertsPerToken must be left out, was 2: gate evomoe has one expert in each layer and"
                + " does not route");
  }

  @Test
  void should_use_a_gate_that_anneals_with_any_number_of_experts_and_others_with_their_own() {
    for (int topK = 1; topK <= LayerScene.EXPERTS; topK++) {
      StepContext fixed = layers("dts", "").withExpertsPerToken(SOFT, topK);
      assertThat(fixed).isEqualTo(new StepContext(7, Phase.HARD, 0.5, 0, topK, false, 3));
    }
    assertThat(layers("topk", "k=3").withExpertsPerToken(SOFT, 3).training()).isFalse();
    assertThat(layers("switch", "").withExpertsPerToken(SOFT, 1).training()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "dts | | 0 | expertsPerToken must be at least 1, was 0",
        "dts | | 5 | expertsPerToken must be at most the experts, 4, was 5",
        "hash | | 2 | expertsPerToken must be left out, was 2: gate hash looks up its expert by the"
            + " token's id",
        "topk | k=3 | 2 | expertsPerToken must be 3 for gate topk, which gives a token that many"
            + " when it is evaluated, was 2",
        "dts | evaluation=top1 | 2 | expertsPerToken must be 1 for gate dts, which gives a token"
            + " that many when it is evaluated, was 2",
      })
  void should_refuse_what_a_gate_cannot_do(String gate, String options, int topK, String refusal) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> layers(gate, options).withExpertsPerToken(SOFT, topK))
        .withMessage(refusal);
  }

  @Test
  void should_refuse_a_model_without_experts() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EvolvingLayers.NONE.withExpertsPerToken(SOFT, 1))
        .withMessage("expertsPerToken must be left out for a model without experts, was 1");
  }

  @Test
  void should_refuse_a_router_without_so_many_experts() {
    TopKRouting.Fixed fixed = (TopKRouting.Fixed) place("topk", "").topKRouting(SOFT);

    for (int experts : new int[] {0, 5}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new TopKRouting.Fixed(experts, true, fixed.router()))
          .withMessage("experts must be in 1..4, was " + experts);
    }
  }

  private static EvolvingLayers layers(String gate, String options) {
    return new EvolvingLayers(
        IntStream.range(0, 2).mapToObj(layer -> place(gate, options)).toList());
  }

  private static EvolvingFeedForward place(String gate, String options) {
    EvolvingFeedForward place = unspawned(gate, options);
    if (place.growth() == ExpertLifecycle.SPAWNED) {
      place.spawn(SpawnMethod.copy(), 1);
    }
    return place;
  }

  private static EvolvingFeedForward unspawned(String gate, String options) {
    GateProvider provider = GateProvider.named(gate);
    Map<String, String> byName = new TreeMap<>();
    for (String option :
        options == null || options.isEmpty() ? new String[0] : options.split(" ", -1)) {
      String[] parts = option.split("=", 2);
      byName.put(parts[0], parts[1]);
    }
    return LayerScene.layer(provider, byName);
  }
}

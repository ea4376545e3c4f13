package org.example;

import io.evomoe.evolution.EvolvingLayers;
import io.evomoe.kernel.ActivationFunction;
import io.evomoe.kernel.Kernels;
import io.evomoe.models.stack.Stack;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.models.stack.TextEncoder;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.nn.Linear;
import io.evomoe.nn.MeanPooling;
import io.evomoe.nn.Output;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.nn.RoutingReport;
import io.evomoe.nn.Scope;
import io.evomoe.nn.Sequential;
import io.evomoe.nn.TokenBatch;
import io.evomoe.run.config.RunConfig;
import io.evomoe.step.StepContext;
import io.evomoe.training.Loss;
import io.evomoe.training.MeanSquaredError;
import io.evomoe.training.Model;
import java.util.List;
import java.util.stream.Stream;

/** Rates texts: the mean of a text's tokens after the MoE blocks, mapped to a number. */
public final class RatingModel implements Model<RatingModel.Batch> {
  private final Scope root;
  private final TextEncoder encoder;
  private final Sequential head;

  /** Texts and their ratings. */
  public record Batch(TokenBatch tokens, double[] ratings) {}

  RatingModel(RunConfig config, int vocabulary, TrainingFacts facts) {
    root = config.scope();
    StackConfig stack = config.stack(ActivationFunction.GELU);
    encoder =
        new TextEncoder(
            root,
            config.embedding(vocabulary),
            stack,
            Stack.Kind.BIDIRECTIONAL,
            config.gates(facts));
    head =
        Sequential.of(
            new MeanPooling(root.kernels()),
            new Linear(root.child("rating"), stack.hiddenSize(), 1, 0.1));
  }

  @Override
  public Loss loss(Batch batch, StepContext context) {
    return root.lifetime().during(() -> entered(batch, context));
  }

  private Loss entered(Batch batch, StepContext context) {
    Pass pass = new Pass(context, batch.tokens());
    Output rows = encoder.encode(pass); // [S, d], a row for each token
    Output ratings = head.forward(rows.value(), pass); // [n, 1], one for each text
    MeanSquaredError error = MeanSquaredError.of(kernels(), ratings.value(), batch.ratings());
    double experts = RoutingReport.meanActiveExperts(rows.reports());
    int tokens = batch.tokens().realTokens();
    return Loss.of(
        error.value(),
        batch.ratings().length,
        tokens,
        Loss.trainFlops(activeParameters(experts), tokens),
        rows.reports(), // the auxiliary losses of the gates
        context,
        () ->
            root.lifetime()
                .during(() -> rows.pullback().pull(ratings.pullback().pull(error.gradient()))));
  }

  double[] rate(TokenBatch texts, StepContext context) {
    Pass pass = new Pass(context.evaluating(), texts);
    return root.lifetime()
        .during(() -> kernels().read(head.forward(encoder.encode(pass).value(), pass).value()));
  }

  @Override
  public List<Parameter> parameters() {
    return Stream.of(encoder.parameters(), head.parameters()).flatMap(List::stream).toList();
  }

  @Override
  public EvolvingLayers evolving() {
    return encoder.evolving();
  }

  @Override
  public double activeParameters(double meanActiveExperts) {
    return encoder.activeParameters(meanActiveExperts);
  }

  @Override
  public long seed() {
    return root.seed();
  }

  @Override
  public Kernels kernels() {
    return root.kernels();
  }
}

package io.evomoe.kernel;

/** Attention and its gradients by loops over sequences, heads and positions. */
final class SlowAttention {
  final double[][] output;
  final double[][] dq;
  final double[][] dk;
  final double[][] dv;

  private final AttentionShape shape;
  private final AttentionMask padding;
  private final double[][] q;
  private final double[][] k;
  private final double[][] v;
  private final double[][] dOutput;
  private final int width;

  SlowAttention(
      double[][] q,
      double[][] k,
      double[][] v,
      AttentionShape shape,
      AttentionMask padding,
      double[][] dOutput) {
    this.q = q;
    this.k = k;
    this.v = v;
    this.shape = shape;
    this.padding = padding;
    this.dOutput = dOutput;
    int d = q[0].length;
    width = d / shape.heads();
    output = new double[q.length][d];
    dq = new double[q.length][d];
    dk = new double[k.length][k[0].length];
    dv = new double[k.length][k[0].length];
    for (int b = 0; b < shape.batch(); b++) {
      for (int head = 0; head < shape.heads(); head++) {
        for (int i = 0; i < shape.queries(); i++) {
          attend(b, head, i);
        }
      }
    }
  }

  private void attend(int b, int head, int i) {
    int query = b * shape.queries() + i;
    int firstKey = b * shape.keys();
    int visible = shape.causal() ? Math.min(i + 1, shape.keys()) : shape.keys();
    int ofQuery = head * width;
    int ofKey = head / shape.group() * width;
    double[] scores = new double[shape.keys()];
    double[] dProbabilities = new double[shape.keys()];
    for (int j = 0; j < visible; j++) {
      for (int c = 0; c < width; c++) {
        scores[j] += q[query][ofQuery + c] * k[firstKey + j][ofKey + c] / Math.sqrt(width);
        dProbabilities[j] += dOutput[query][ofQuery + c] * v[firstKey + j][ofKey + c];
      }
    }
    for (int j = 0; j < visible; j++) {
      scores[j] = padding.isPadding(firstKey + j) ? Double.NEGATIVE_INFINITY : scores[j];
    }
    double[] p = SlowMath.softmax(scores, visible);
    double mean = SlowMath.dot(p, dProbabilities);
    for (int j = 0; j < visible; j++) {
      double dScore = p[j] * (dProbabilities[j] - mean) / Math.sqrt(width);
      for (int c = 0; c < width; c++) {
        output[query][ofQuery + c] += p[j] * v[firstKey + j][ofKey + c];
        dv[firstKey + j][ofKey + c] += p[j] * dOutput[query][ofQuery + c];
        dq[query][ofQuery + c] += dScore * k[firstKey + j][ofKey + c];
        dk[firstKey + j][ofKey + c] += dScore * q[query][ofQuery + c];
      }
    }
  }
}

package io.evomoe.gates.example;

import io.evomoe.moe.GateContract;
import io.evomoe.moe.GateProvider;

class AboveAverageGateTest extends GateContract {
  @Override
  protected GateProvider provider() {
    return new AboveAverageGate.Provider();
  }

  @Override
  protected double auxLossAtBalance(int experts, int moeLayers) {
    return 0;
  }

  @Override
  protected double auxLossAtCollapse(int experts, int moeLayers) {
    return 0;
  }
}

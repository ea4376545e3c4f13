package io.evomoe.gates.example;

import io.evomoe.moe.GateContract;
import io.evomoe.moe.GateProvider;

class AboveAverageGateTest extends GateContract {
  @Override
  protected GateProvider provider() {
    return new AboveAverageGate.Provider();
  }
}

import FaxCore
import NIOCore

// The cost guard at work: what calls outside may come to.
extension EndpointDriver {
    /// Ends the calls outside when their minutes are used up.
    func watchCosts() {
        costTimer?.cancel()
        costTimer = nil
        guard let due = costs.deadline(at: LiveClock.now) else { return }
        let bound = NIOLoopBound(self, eventLoop: loop)
        costTimer = loop.scheduleTask(deadline: NIODeadline(due)) { bound.value.cutCosts() }
    }

    private func cutCosts() {
        let numbers = costs.runningCalls
        for call in calls.values.sorted(by: { $0.number < $1.number }) where numbers.contains(call.number) {
            call.giveUp("\(CostGuard.Refusal.time(costs.limits.time))")
        }
    }

    func endCosts(of call: Int) {
        costs.ended(call: call, at: LiveClock.now)
        watchCosts()
    }
}

import FaxEndpoint
import Foundation

extension ServerCheck {
    /// Hands a fax in and follows the job to its end, without an endpoint of ours.
    public func follows(_ fax: ServerFax) -> ServerFacts.Told {
        let follower = ServerFollower(fax, pause: patience.question, driver)
        var told = ServerFacts.Told()
        var limit = ContinuousClock.now + patience.all
        var (isOver, isStopped) = (false, false)
        while !isOver {
            for event in follower.take() {
                onServer(event)
                switch event {
                case .connected: break
                case .submitted(let job): told.job = job
                case .status(let status): told.status = status
                case .cancelled: told.wasCancelled = true
                case .noticed(let came): told.wasNoticed = came
                case .failed(let failure): told.failure = failure
                case .over: isOver = true
                }
            }
            if (!isStopped && shouldStop()) || ContinuousClock.now >= limit {
                // A cancellation takes an answer or two.
                limit = ContinuousClock.now + patience.lastWord
                if isStopped { return told }
                isStopped = true
                follower.stop()
            }
            Thread.sleep(forTimeInterval: 0.05)
        }
        return told
    }
}

/// Job files that run the shards of a suite side by side, and then merge them.
public struct JobFile: Sendable {
    public enum Kind: String, Sendable, CaseIterable {
        case slurm, kubernetes, github, gitlab, parallel
    }

    /// As the jobs find it.
    public var suite: String
    /// For the names of jobs.
    public var name: String
    public var shards: Int

    public init(suite: String, name: String, shards: Int) {
        self.suite = suite
        self.name = name
        self.shards = shards
    }

    public func text(_ kind: Kind) -> String {
        switch kind {
        case .slurm: slurm
        case .kubernetes: kubernetes
        case .github: github
        case .gitlab: gitlab
        case .parallel: parallel
        }
    }

    /// The program; a variable may name another one.
    private static let program = "\"${FAXPROBE:-faxprobe}\""

    private var quotedSuite: String { "'" + suite.replacing("'", with: "'\\''") + "'" }

    /// Lowercase letters, digits and `-`, as Kubernetes wants it.
    private var jobName: String {
        let letters = name.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
        return "faxprobe-" + String(letters.prefix(40)) + "-run"
    }

    private func run(shard: String, jobs: String, part: String) -> String {
        "\(Self.program) regress \(quotedSuite) --shard \(shard) --jobs \(jobs) --json \(part) --resume"
    }

    /// Parts by number: a pattern would take leftovers of other runs as well.
    private var parts: String { "$(seq -f 'part-%.0f.json' 1 \(shards))" }
    private var merge: String { "\(Self.program) merge \(parts) -o results.json --force" }

    private var slurm: String {
        """
        #!/bin/bash
        # sbatch this file; when all of its tasks are done:
        #   \(merge)
        #SBATCH --job-name=\(jobName)
        #SBATCH --array=1-\(shards)
        #SBATCH --ntasks=1
        #SBATCH --output=\(jobName)-%a.log
        set -euo pipefail
        \(run(
            shard: "\"$SLURM_ARRAY_TASK_ID/\(shards)\"", jobs: "\"${SLURM_CPUS_PER_TASK:-1}\"",
            part: "\"part-$SLURM_ARRAY_TASK_ID.json\""))

        """
    }

    private var parallel: String {
        """
        #!/bin/bash
        # Runs the shards on all cores with GNU parallel, and merges them.
        set -euo pipefail
        export SHELL=/bin/bash FAXPROBE="${FAXPROBE:-faxprobe}" SUITE=\(quotedSuite)
        seq 1 \(shards) | parallel --halt soon,fail=1 \\
            '"$FAXPROBE" regress "$SUITE" --shard {}/\(shards) --jobs 1 --json part-{}.json --resume'
        \(merge)

        """
    }

    /// An indexed job; index 0 is shard 1. The claim is the folder that suite and results lie in.
    private var kubernetes: String {
        """
        # Wants an image with faxprobe, and a claim that holds the suite and takes the results. When the job is complete:
        #   \(merge)
        apiVersion: batch/v1
        kind: Job
        metadata:
          name: \(jobName)
        spec:
          completionMode: Indexed
          completions: \(shards)
          parallelism: \(shards)
          backoffLimit: \(shards)
          template:
            spec:
              restartPolicy: OnFailure
              containers:
                - name: shard
                  image: faxprobe
                  workingDir: /results
                  command:
                    - /bin/bash
                    - -c
                    - |
                      set -euo pipefail
                      shard=$((JOB_COMPLETION_INDEX + 1))
                      \(run(shard: "\"$shard/\(shards)\"", jobs: "\"$(nproc)\"", part: "\"part-$shard.json\""))
                  volumeMounts:
                    - {name: results, mountPath: /results}
              volumes:
                - name: results
                  persistentVolumeClaim: {claimName: faxprobe-results}

        """
    }

    private var github: String {
        """
        # Wants faxprobe on the runners' PATH.
        name: \(jobName)
        on: [push, workflow_dispatch]
        jobs:
          shard:
            runs-on: ubuntu-latest
            strategy:
              fail-fast: false
              matrix:
                shard: [\((1...max(1, shards)).map(String.init).joined(separator: ", "))]
            steps:
              - uses: actions/checkout@v4
              - run: |
                  \(run(
                      shard: "${{ matrix.shard }}/\(shards)", jobs: "\"$(nproc)\"",
                      part: "part-${{ matrix.shard }}.json"))
              - uses: actions/upload-artifact@v4
                with: {name: "part-${{ matrix.shard }}", path: "part-${{ matrix.shard }}.json"}
          merge:
            needs: shard
            runs-on: ubuntu-latest
            steps:
              - uses: actions/download-artifact@v4
                with: {pattern: part-*, merge-multiple: true}
              - run: |
                  \(merge)
              - uses: actions/upload-artifact@v4
                if: always()
                with: {name: results, path: results.json}

        """
    }

    private var gitlab: String {
        """
        # Wants an image with faxprobe.
        stages: [shard, merge]

        shard:
          stage: shard
          parallel: \(shards)
          script:
            - |
              \(run(
                  shard: "\"$CI_NODE_INDEX/\(shards)\"", jobs: "\"$(nproc)\"",
                  part: "\"part-$CI_NODE_INDEX.json\""))
          artifacts: {paths: [part-*.json]}

        merge:
          stage: merge
          script:
            - |
              \(merge)
          artifacts: {when: always, paths: [results.json]}

        """
    }
}

import Attribution
import Relay

extension HostProcesses: ProcessAttribution {}

extension SandboxProcesses: ProcessAttribution {}

"""Scaling changes the number of replicas and nothing else."""

import copy
import json

from base import HIGH_CPU, EndToEndTest
from lab import LAB


class EveryField(EndToEndTest):
    def test_a_service_with_every_kind_of_field_differs_only_in_its_replicas(self):
        self.make("config", f"{self.name}-config")
        self.make("secret", f"{self.name}-secret")
        LAB.docker("network", "create", "-d", "overlay", f"{self.name}-net")
        self.addCleanup(self.remove_when_free, "network", f"{self.name}-net")
        self.create_service(*self.options())
        before = LAB.service(self.name)["Spec"]
        self.assert_rich(before)
        self.set_cpu(HIGH_CPU)
        self.start_daemon()
        self.wait_for_commands(1)

        after = LAB.service(self.name)["Spec"]
        expected = copy.deepcopy(before)
        self.assertGreater(after["Mode"]["Replicated"]["Replicas"], 1)
        expected["Mode"]["Replicated"]["Replicas"] = after["Mode"]["Replicated"]["Replicas"]
        self.assertEqual(json.dumps(after, sort_keys=True), json.dumps(expected, sort_keys=True))

    def options(self):
        name = self.name
        return [
            "--env", "A=1", "--env", "B=ü \"quoted\" \\ back",
            "--label", "skep.test=label", "--container-label", "inner=label",
            "--mount", f"type=volume,source={name}-volume,target=/data,volume-label=a=b",
            "--mount", "type=bind,source=/etc,target=/host-etc,readonly,bind-propagation=private",
            "--mount", "type=tmpfs,target=/scratch,tmpfs-size=1048576,tmpfs-mode=1770",
            "--config", f"source={name}-config,target=/c,mode=0440,uid=10001",
            "--secret", f"source={name}-secret,target=s,mode=0400,gid=10001",
            "--health-cmd", "true", "--health-interval", "2s", "--health-timeout", "1s",
            "--health-retries", "5", "--health-start-period", "1s",
            "--constraint", "node.role==manager", "--placement-pref", "spread=node.labels.zone",
            "--replicas-max-per-node", "20",
            "--update-delay", "100ms", "--update-parallelism", "2", "--update-order", "start-first",
            "--update-failure-action", "rollback", "--update-max-failure-ratio", "0.3",
            "--update-monitor", "1s",
            "--rollback-delay", "200ms", "--rollback-parallelism", "3",
            "--rollback-order", "stop-first", "--rollback-failure-action", "continue",
            "--rollback-max-failure-ratio", "0.7", "--rollback-monitor", "2s",
            "--limit-cpu", "0.333333333", "--limit-memory", "67108865", "--limit-pids", "77",
            "--reserve-cpu", "0.01", "--reserve-memory", "4194305",
            "--network", f"name={name}-net,alias=other", "--endpoint-mode", "dnsrr",
            "--publish", "mode=host,target=8080,protocol=tcp",
            "--log-driver", "json-file", "--log-opt", "max-size=1m", "--log-opt", "tag=x",
            "--cap-add", "NET_ADMIN", "--cap-drop", "CHOWN",
            "--ulimit", "nofile=1024:2048", "--sysctl", "net.ipv4.ip_unprivileged_port_start=0",
            "--restart-condition", "any", "--restart-delay", "1s", "--restart-max-attempts", "9",
            "--restart-window", "7s", "--stop-grace-period", "3s", "--stop-signal", "SIGTERM",
            "--user", "10001:10001", "--workdir", "/tmp", "--hostname", "{{.Service.Name}}",
            "--host", "db:192.0.2.1", "--dns", "192.0.2.53", "--dns-search", "example.org",
            "--dns-option", "ndots:2", "--init", "--tty", "--read-only",
            "--isolation", "default",
        ]  # fmt: skip

    def assert_rich(self, spec):
        """The engine has really kept the fields, so comparing them means something."""
        container = spec["TaskTemplate"]["ContainerSpec"]
        for field in (
            "Env", "Labels", "Mounts", "Configs", "Secrets", "Healthcheck", "Ulimits",
            "CapabilityAdd", "CapabilityDrop", "DNSConfig", "Hosts", "Sysctls", "Init",
        ):  # fmt: skip
            self.assertTrue(container.get(field), field)
        for field in ("Placement", "Resources", "RestartPolicy", "LogDriver", "Networks"):
            self.assertTrue(spec["TaskTemplate"].get(field), field)
        for field in ("Labels", "UpdateConfig", "RollbackConfig", "EndpointSpec"):
            self.assertTrue(spec.get(field), field)

    def make(self, kind, name):
        file = self.folder / kind
        file.write_text("content\n")
        LAB.docker(kind, "create", name, str(file))
        self.addCleanup(LAB.docker, kind, "rm", name)

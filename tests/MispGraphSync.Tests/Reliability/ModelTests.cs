using MispGraphSync.Core.Ports;
using MispGraphSync.Core.Runs;
using MispGraphSync.Output;
using Xunit;

namespace MispGraphSync.Tests.Reliability;

/// <summary>
/// Random histories against services of all three kinds, over a real ledger: events come, change and go, responses are lost,
/// records refused, reads cut short, settings changed, the process dies. A last clean run must leave each service with exactly
/// what MISP implies. The same histories each time, as many as 15 seconds hold; <c>MISP_GRAPH_MODEL_SECONDS</c> explores new
/// ones for so long, and <c>MISP_GRAPH_SEED</c> repeats one. The simulator is wider and slower: here are requests in parallel, small
/// batches and an answer of its own for each record, in a hundred times as many histories.
/// </summary>
public sealed class ModelTests
{
    [Fact]
    public Task Clean_run_after_any_history_leaves_exactly_what_MISP_implies() =>
        Histories.PlayAsync(TimeSpan.FromSeconds(15), seed => new History(seed).RunAsync());

    private sealed class History(int seed)
    {
        private readonly Random _random = new(seed);
        private readonly Dictionary<int, (int Version, string Tag, HashSet<int> Domains)> _events = [];
        private int _clock;

        public async Task RunAsync()
        {
            using var run = new TestRun();
            run.Destinations.Clear();
            run.Destinations.Add(new FakeDestination("graph"));
            run.Destinations.Add(new FakeDestination("sentinel", IndicatorShape.Single) { Upserts = true, IdsNotReusable = true });
            run.Destinations.Add(new FakeDestination("defender", IndicatorShape.Single, "defender") { Upserts = true });
            run.Destinations.ForEach(destination =>
                (destination.BatchSize, destination.ParallelRequests) = (_random.Next(1, 8), _random.Next(1, 4)));
            ChangeEvents(run, 6);
            for (var step = _random.Next(2, 9); step > 0; step--) await StepAsync(run);
            await FinishAsync(run);
        }

        private async Task StepAsync(TestRun run)
        {
            ChangeEvents(run, _random.Next(4));
            run.Time.Advance(TimeSpan.FromMinutes(_random.Next(1, 20_000)));
            Expire(run);
            foreach (var destination in run.Destinations) Misbehave(destination);
            run.Source.Gap = _random.Next(6) == 0 ? "a page was cut off" : null;
            run.Source.FailsAfter = _random.Next(8) == 0 ? _random.Next(3) : null;
            run.Filters = _random.Next(6) == 0 ? "other" : "all";
            try
            {
                if (_random.Next(6) == 0) await run.PlanAsync(Allow);
                else await run.PushAsync(_random.Next(3) == 0 ? null : Allow);
            }
            catch (Exception died) when (Holds<DeathException>(died))
            {
                // The process has ended; the ledger is as last committed.
            }
        }

        private async Task FinishAsync(TestRun run)
        {
            foreach (var destination in run.Destinations) (destination.Answer, destination.OnRequest, destination.BeforeSettling) =
                (null, null, null);
            (run.Source.Gap, run.Source.FailsAfter) = (null, null);
            run.Time.Advance(TimeSpan.FromMinutes(1));
            Expire(run);
            // Earlier rejections are suppressed by design. They are resent after a change of their event, or on request.
            if (_random.Next(2) == 0)
            {
                await run.PushAsync(Allow);
                await run.RetryAsync(Allow);
            }
            else
            {
                foreach (var number in _events.Keys.ToList()) Put(run, number, _events[number] with { Tag = "last" });
            }

            var last = await run.PushAsync(Allow);
            Assert.True(last.Outcome == RunOutcome.Done && last.Imbalances.Count == 0,
                $"seed {seed}: {last.Outcome} {last.Source.Error} {string.Join("; ", last.Destinations.Select(one => one.Error))}");

            using var fresh = new TestRun();
            fresh.Destinations.Clear();
            fresh.Time.Advance(run.Time.GetUtcNow() - fresh.Time.GetUtcNow());
            fresh.Destinations.AddRange(run.Destinations.Select(one => new FakeDestination(one.Info.Name, one.Capabilities.Shape,
                one.Info.Kind)
            { Upserts = one.Upserts, IdsNotReusable = one.IdsNotReusable }));
            foreach (var (number, content) in _events) Put(fresh, number, content, newer: false);
            await fresh.PushAsync(Allow);
            foreach (var (real, model) in run.Destinations.Zip(fresh.Destinations))
            {
                var wanted = model.Held.Select(one => one.Body).Order(StringComparer.Ordinal).ToList();
                var held = real.Held.Select(one => one.Body).Order(StringComparer.Ordinal).ToList();
                Assert.True(wanted.SequenceEqual(held),
                    $"seed {seed}: {real.Info.Name} lacks [{string.Join("; ", wanted.Except(held))}], "
                    + $"has too much [{string.Join("; ", held.Except(wanted))}], {held.Count - held.Distinct().Count()} twice");
            }

            Assert.All((await run.PushAsync(Allow)).Destinations, one =>
                Assert.True(one.Planned.Total == 0, $"seed {seed}: {one.Name} is not at rest"));
        }

        private static PushOptions Allow(PushOptions options) =>
            options with { AcceptChanges = true, MaxDelete = new DeletionLimit(100, IsPercent: true) };

        private void ChangeEvents(TestRun run, int times)
        {
            for (; times > 0; times--)
            {
                var number = _random.Next(1, 8);
                if (_random.Next(4) == 0 && _events.Remove(number)) run.Source.Remove(Some.Event(number));
                else Put(run, number, (0, _random.Next(3) == 0 ? "tlp:green" : "tlp:amber",
                    [.. Enumerable.Range(0, _random.Next(6)).Select(_ => _random.Next(1, 15))]));
            }
        }

        private void Put(TestRun run, int number, (int Version, string Tag, HashSet<int> Domains) content, bool newer = true)
        {
            if (newer) content.Version = ++_clock;
            _events[number] = content;
            run.Source.Put(Some.Event(number, Some.Now.AddSeconds(content.Version), tags: content.Tag),
                [.. content.Domains.Order().Select(domain => Some.Attribute((number * 100) + domain, "domain", $"d{domain}.example"))]);
        }

        private void Misbehave(FakeDestination destination)
        {
            (destination.OnRequest, destination.BeforeSettling) = (null, null);
            var at = _random.Next(1, 6);
            var asked = 0;
            var kind = _random.Next(12);
            destination.Answer = kind switch
            {
                0 => (_, _) => ++asked % at == 0 ? new StepOutcome.Rejected("busy", IsTransient: true) : null,
                1 => (_, _) => ++asked == at ? new StepOutcome.Rejected("no") : null,
                2 => (_, _) => ++asked >= at ? new StepOutcome.Unknown("lost before it arrived") : null,
                3 => (operation, step) =>
                {
                    if (++asked < at) return null;
                    destination.Apply(operation, step);
                    return new StepOutcome.Unknown("lost after it arrived");
                }
                ,
                _ => null,
            };
            if (kind is 4 or 5 or 6) FailOnRequest(destination, kind, at);
            else if (kind == 7)
            {
                var chance = new Random(_random.Next());
                destination.Answer = (operation, step) => AnyAnswer(chance, destination, operation, step);
            }
            else if (kind == 8)
            {
                // One record fails its batch without being named; some responses are lost too.
                var isSpoilt = false;
                var spoils = _random.Next(4);
                var chance = new Random(_random.Next());
                destination.OnRequest = (_, steps) => isSpoilt = steps.Any(step => (step.Key.ToByteArray()[0] & 3) == spoils);
                destination.Answer = (operation, step) => isSpoilt ? new StepOutcome.Rejected("bad request", WholeBatch: true)
                    : chance.Next(3) == 0 ? AnyAnswer(chance, destination, operation, step) : null;
            }
            else if (kind == 9)
            {
                var chance = new Random(_random.Next());
                destination.Answer = (operation, step) => AnyAnswer(chance, destination, operation, step);
                destination.BeforeSettling = () =>
                {
                    if (++asked < at) return;
                    throw at % 2 == 0 ? new RunFailedException(RunOutcome.Unreachable, "no answer") : new DeathException();
                };
            }
        }

        private void FailOnRequest(FakeDestination destination, int kind, int at)
        {
            var asked = 0;
            destination.OnRequest = kind switch
            {
                4 => (_, _) =>
                {
                    if (++asked == at) throw new DeathException();
                }
                ,
                5 => (operation, steps) =>
                {
                    if (++asked != at) return;
                    foreach (var step in steps.Take(_random.Next(steps.Count + 1))) destination.Apply(operation, step);
                    throw new DeathException();
                }
                ,
                _ => (_, _) =>
                {
                    if (++asked >= at) throw new RunFailedException(RunOutcome.SignInFailed, "no longer allowed");
                }
                ,
            };
        }

        private static StepOutcome? AnyAnswer(Random chance, FakeDestination destination, Operation operation, PlanStep step)
        {
            switch (chance.Next(6))
            {
                case 0:
                    return new StepOutcome.Rejected("busy", IsTransient: true);
                case 1:
                    return new StepOutcome.Rejected("no");
                case 2:
                    return new StepOutcome.Unknown("lost before it arrived");
                case 3:
                    destination.Apply(operation, step);
                    return new StepOutcome.Unknown("lost after it arrived");
                default:
                    return null;
            }
        }

        private static void Expire(TestRun run)
        {
            foreach (var destination in run.Destinations) destination.Held.RemoveAll(one => one.Expires <= run.Time.GetUtcNow());
        }

        private static bool Holds<T>(Exception thrown)
            where T : Exception =>
            thrown is T || (thrown is AggregateException many
                ? many.InnerExceptions.Any(Holds<T>)
                : thrown.InnerException is { } inner && Holds<T>(inner));
    }

    /// <summary>Simulates the end of the process.</summary>
    private sealed class DeathException : Exception;
}

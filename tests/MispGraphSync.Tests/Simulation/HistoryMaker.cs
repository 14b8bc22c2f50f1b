using MispGraphSync.Sandbox;
using MispGraphSync.Tests.Facts;

namespace MispGraphSync.Tests.Simulation;

/// <summary>Makes the steps of a history from a seed: 30 days in which a timer pushes every few hours.</summary>
internal sealed class HistoryMaker(int seed)
{
    /// <summary>How many values MISP may have.</summary>
    public const int Values = 24;

    private static readonly TimeSpan Length = TimeSpan.FromDays(30);
    private static readonly Service[] Services =
        [Service.Graph, Service.Sentinel, Service.Management, Service.Defender, Service.Graph, Service.Sentinel, Service.Defender,
            Service.Entra, Service.Misp];

    private readonly Random _random = new(seed);

    /// <summary>0: always; 1: mostly; 2: never.</summary>
    private int _ledgers;
    private int _sources = 1;

    public List<Step> Make()
    {
        List<Step> steps = [];
        foreach (var fact in Fact.Switchable)
        {
            if (One(2)) steps.Add(new Step.Answer(fact, 1));
        }

        if (One(4))
        {
            _sources = 2;
            steps.Add(new Step.SecondSource(IsSaved: One(2)));
        }
        else
        {
            _ledgers = _random.Next(6) switch
            {
                0 => 2,
                1 => 1,
                _ => 0,
            };
        }

        steps.Add(new Step.Change(_random.Next(), 12));
        for (var passed = TimeSpan.Zero; passed < Length;)
        {
            if (One(2)) steps.Add(new Step.Change(_random.Next(), _random.Next(1, 5)));
            if (One(14)) steps.Add(Settings());
            if (_ledgers < 2 && One(9)) steps.Add(Loss());
            if (One(6)) steps.Add(new Step.Backup());
            var run = Run();
            passed += run.After;
            steps.Add(run);
        }

        return steps;
    }

    private bool One(int of) => _random.Next(of) == 0;

    private T Any<T>(params T[] list) => list[_random.Next(list.Length)];

    private Step.Loss Loss() => new(
        Any(LossKind.Deleted, LossKind.Deleted, LossKind.Restored, LossKind.Restored, LossKind.OtherMachines, LossKind.Moved,
            LossKind.Foreign),
        WithLogs: One(3), _random.Next());

    private Step.Settings Settings() => new(new Selection
    {
        MaxTlp = Any("green", "amber", "amber+strict", "amber+strict", "red"),
        ExcludedType = Any(null, null, "url", "sha256", "domain"),
        Tag = Any(null, null, null, "set:one", "set:two"),
        ToIdsOnly = !One(4),
        EnforcesWarninglist = !One(4),
        Days = Any(30, 30, 20, 45),
    });

    private Step.Run Run()
    {
        var verb = _random.Next(20) switch
        {
            0 => Verb.PushOfOneEvent,
            1 => Verb.Retry,
            2 => Verb.Repair,
            3 => One(3) ? Verb.Purge : Verb.Plan,
            _ => Verb.Push,
        };
        var hasLedger = _ledgers == 0 || (_ledgers == 1 && One(2)) || verb is Verb.Retry or Verb.Repair;
        if (_ledgers == 2) (hasLedger, verb) = (false, verb is Verb.Retry or Verb.Repair ? Verb.Push : verb);
        return new Step.Run
        {
            Verb = verb,
            After = After(),
            Source = _random.Next(_sources),
            HasLedger = hasLedger,
            Accepts = verb == Verb.PushOfOneEvent || One(4),
            Full = One(12),
            ClockAhead = One(10) ? TimeSpan.FromMinutes(_random.Next(-50, 50)) : TimeSpan.Zero,
            MaxDuration = verb == Verb.Push && One(10) ? TimeSpan.FromSeconds((2 * _random.Next(5, 450)) + 1) : null,
            Troubles = Troubles(),
        };
    }

    private TimeSpan After() => _random.Next(20) switch
    {
        0 => TimeSpan.FromDays(_random.Next(5, 15)),
        1 or 2 => TimeSpan.FromSeconds(_random.Next(20, 900)),
        _ => TimeSpan.FromMinutes(_random.Next(120, 900)),
    };

    private Trouble[] Troubles() => _random.Next(8) switch
    {
        0 => [TroubleOfWorld()],
        1 or 2 => [TroubleOfRequest()],
        3 => [TroubleOfRequest(), TroubleOfRequest()],
        _ => [],
    };

    private Trouble TroubleOfWorld() => _random.Next(6) switch
    {
        0 => new Trouble.Refused(RandomEvents.Bare(_random.Next(Values))),
        1 => new Trouble.Full(_random.Next(3)),
        2 => new Trouble.Forbidden(Any(SandboxItems.Kinds)),
        3 => new Trouble.Dropped(_random.Next(8)),
        4 => new Trouble.Unread(),
        _ => new Trouble.Outage(),
    };

    private Trouble TroubleOfRequest()
    {
        var (service, after) = (Any(Services), One(2));
        var isWrite = One(2);
        var target = new Target(service, _random.Next(1, isWrite ? 4 : 7), isWrite);
        return _random.Next(8) switch
        {
            0 or 1 => new Trouble.Killed(target, after),
            2 => new Trouble.Signalled(target),
            3 => new Trouble.Slow(target, TimeSpan.FromSeconds(_random.Next(30, 120))),
            _ => new Trouble.Answered(target, AnyFault(service, after), One(2) ? 1 : _random.Next(2, 8)),
        };
    }

    // Microsoft's library for sign-in remembers for the whole process, and by the real clock, that it is to wait.
    private Fault AnyFault(Service service, bool after) => _random.Next(8) switch
    {
        < 4 when service == Service.Entra => new Fault.Reset(after),
        0 or 1 => new Fault.Throttle(TimeSpan.FromSeconds(Any(1, 30, 400, 1_000)), service switch
        {
            Service.Sentinel => Any(RetryAfterForm.Body, RetryAfterForm.Seconds),
            _ => Any(RetryAfterForm.Seconds, RetryAfterForm.Date, RetryAfterForm.None),
        }),
        2 or 3 => new Fault.Status(Any(500, 502, 503, 504), after),
        4 => new Fault.CutOff(_random.Next(1, 400)),
        5 => new Fault.Html(after),
        _ => new Fault.Reset(after),
    };
}

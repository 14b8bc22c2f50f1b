using System.Collections.Concurrent;

namespace MispGraphSync.Sandbox;

/// <summary>The switches for what goes wrong, for every service alike. None is on at start.</summary>
public sealed class Faults
{
    private readonly ConcurrentDictionary<Service, TimeSpan> _latency = new();
    private readonly ConcurrentDictionary<Service, TimeSpan> _clocks = new();
    private volatile FaultRule[] _rules = [];

    public IReadOnlyList<FaultRule> Rules => _rules;

    /// <summary>Applies to the <paramref name="nth"/> matching request from now (from 1), <paramref name="times"/> times.</summary>
    public FaultRule Add(Service service, Fault fault, int nth = 1, int times = 1, Func<SeenRequest, bool>? when = null) =>
        Add(new FaultRule(service, fault) { Nth = nth, Times = times, When = when });

    /// <summary>Applies to each matching request with this probability; the same seed selects the same requests.</summary>
    public FaultRule AddRandom(Service service, Fault fault, double probability, int seed = 1, Func<SeenRequest, bool>? when = null) =>
        Add(new FaultRule(service, fault) { Times = int.MaxValue, Probability = probability, Seed = seed, When = when });

    public FaultRule Add(FaultRule rule)
    {
        lock (_latency) _rules = [.. _rules, rule];
        return rule;
    }

    /// <summary>Stops the n-th matching request, before or after the service has handled it, until it is released.</summary>
    public Hold Hold(Service service, bool afterHandling = false, int nth = 1, Func<SeenRequest, bool>? when = null)
    {
        var hold = new Hold();
        Add(service, new Fault.Held(hold, afterHandling), nth, 1, when);
        return hold;
    }

    /// <summary>Real time added before each answer of a service.</summary>
    public void SetLatency(Service service, TimeSpan latency) => _latency[service] = latency;

    /// <summary>How far the <c>Date</c> of a service's answers is ahead of the sandbox's time.</summary>
    public void SetClock(Service service, TimeSpan ahead) => _clocks[service] = ahead;

    public TimeSpan Clock(Service service) => _clocks.GetValueOrDefault(service);

    public TimeSpan Latency(Service service) => _latency.GetValueOrDefault(service);

    /// <summary>Releases held requests, and those that the same rules would hold later.</summary>
    public void Release()
    {
        foreach (var held in _rules.Select(rule => rule.Fault).OfType<Fault.Held>()) held.Hold.Release();
    }

    /// <summary>Ends all faults and latencies; held requests are released.</summary>
    public void Clear()
    {
        lock (_latency)
        {
            Release();
            _rules = [];
            _latency.Clear();
            _clocks.Clear();
        }
    }

    internal List<Fault> For(SeenRequest request)
    {
        List<Fault> striking = [];
        foreach (var rule in _rules)
        {
            if (rule.Strikes(request)) striking.Add(rule.Fault.For(request));
        }

        return striking;
    }
}

namespace MispGraphSync.Sandbox;

/// <summary>
/// When a fault strikes: at the n-th request that matches, counted from when the rule was added, and the ones after it,
/// up to <see cref="Times"/>; each with a probability.
/// </summary>
public sealed class FaultRule(Service service, Fault fault)
{
    private readonly Lock _gate = new();
    private Random? _dice;
    private int _matched;

    public Service Service => service;

    public Fault Fault => fault;

    public int Nth { get; init; } = 1;

    public int Times { get; init; } = 1;

    public double Probability { get; init; } = 1;

    public int Seed { get; init; } = 1;

    public Func<SeenRequest, bool>? When { get; init; }

    /// <summary>How often it was applied.</summary>
    public int Struck { get; private set; }

    internal bool Strikes(SeenRequest request)
    {
        if (request.Service != service || When?.Invoke(request) == false) return false;
        lock (_gate)
        {
            if (++_matched < Nth || Struck >= Times) return false;
            if (Probability < 1 && (_dice ??= new Random(Seed)).NextDouble() >= Probability) return false;

            Struck++;
            return true;
        }
    }
}

using BenchmarkDotNet.Running;
using MispGraphSync.Bench.Whole;

// parts [arguments of BenchmarkDotNet]   the parts, one by one
// whole --exe FILE [--sizes 10k,100k,1M,hits] [--to FILE]   the whole process against local services
switch (args)
{
    case ["parts", .. var rest]:
        BenchmarkSwitcher.FromAssembly(typeof(WholeCommand).Assembly).Run(rest);
        return 0;
    case ["whole", .. var rest]:
        return await WholeCommand.RunAsync(rest);
    default:
        Console.Error.WriteLine("parts [arguments of BenchmarkDotNet] | whole --exe FILE [--sizes 10k,100k,1M,hits] [--to FILE]");
        return 2;
}

using System.Runtime.InteropServices;
using MispGraphSync.Sandbox.Running;

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
try
{
    var arguments = Arguments.Parse(args);
    if (arguments.WantsHelp)
    {
        await Console.Out.WriteLineAsync(Arguments.Help);
        return 0;
    }

    if (arguments.Serves)
    {
        await ServeCommand.RunAsync(arguments, Console.Out, stop.Token);
        return 0;
    }

    if (Product.Find() is not { } executable)
    {
        await Console.Error.WriteLineAsync("misp-graph was not found. Build it (dotnet build), or name it in MISP_GRAPH_EXE.");
        return 2;
    }

    var folder = Directory.CreateTempSubdirectory("misp-graph-sandbox-");
    return await new Tour(executable, folder, arguments.Only, Console.Out, stop.Token).RunAsync();
}
catch (FormatException wrong)
{
    await Console.Error.WriteLineAsync(wrong.Message);
    return 2;
}
catch (OperationCanceledException)
{
    return 130;
}

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true; // let what runs come to its end
    stop.Cancel();
}

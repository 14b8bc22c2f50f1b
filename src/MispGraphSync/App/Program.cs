using MispGraphSync.App;
using MispGraphSync.Commands;
using MispGraphSync.Settings;

using var cancellation = new Cancellation();
var environment = SettingsReader.ProcessEnvironment();
var terminal = new Terminal(environment, Console.IsOutputRedirected, Console.IsErrorRedirected);
return await Tool.RunAsync(args, new ToolHost
{
    Out = NonThrowingWriter.OfProcess(1, static () => Console.Out),
    Error = NonThrowingWriter.OfProcess(2, static () => Console.Error),
    In = Console.In,
    ReadHidden = HiddenInput.ReadLine,
    Environment = environment,
    WorkingDirectory = Directory.GetCurrentDirectory(),
    Interrupt = cancellation.Interrupt,
    Abort = cancellation.Abort,
    IsTerminal = terminal.RewritesProgress,
    IsOutTerminal = !Console.IsOutputRedirected,
    HasColor = terminal.HasColor && Terminal.SupportsAnsi(),
    IsInteractive = !Console.IsInputRedirected && !Console.IsErrorRedirected && !environment.ContainsKey("CI"),
    Width = terminal.Width(Terminal.Columns),
    ErrorWidth = terminal.ErrorWidth,
});

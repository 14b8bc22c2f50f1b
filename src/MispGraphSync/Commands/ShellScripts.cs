namespace MispGraphSync.Commands;

/// <summary>
/// One script a shell. Each asks the program itself for the words that fit (<see cref="Suggestions"/>), so that a script does
/// not grow old; where there are none, the shell offers files. What is suggested is never evaluated.
/// </summary>
internal static class ShellScripts
{
    public static IReadOnlyList<string> Names { get; } = ["bash", "zsh", "fish", "powershell"];

    /// <param name="shell">One of <see cref="Names"/>.</param>
    public static string For(string shell) => shell switch
    {
        "bash" => Bash,
        "zsh" => Zsh,
        "fish" => Fish,
        "powershell" => PowerShell,
        _ => throw new ArgumentOutOfRangeException(nameof(shell)),
    };

    // Also bash 3.2, as on macOS: no mapfile, no associative arrays.
    private const string Bash =
        """
        # bash completion for misp-graph
        _misp_graph() {
            local program=${COMP_WORDS[0]} word=${COMP_WORDS[COMP_CWORD]} line suggestion
            [[ $word == "=" ]] && word=
            line=${COMP_LINE:0:COMP_POINT}
            line=${line#*"$program"}
            line=${line# }
            COMPREPLY=()
            while IFS= read -r suggestion; do
                # bash takes --output=json for three words.
                [[ ${line##* } == *=* ]] && suggestion=${suggestion#*=}
                [[ $suggestion == "$word"* ]] && COMPREPLY+=("$suggestion")
            done < <("$program" "[suggest:${#line}]" "$line" 2>/dev/null)
        }
        complete -o default -F _misp_graph misp-graph

        """;

    private const string Zsh =
        """
        #compdef misp-graph
        # zsh completion for misp-graph
        _misp_graph() {
            local line suggestion
            local -a suggestions
            line="${(j: :)words[2,CURRENT]}"
            while IFS= read -r suggestion; do
                suggestions+=("$suggestion")
            done < <("${words[1]}" "[suggest:${#line}]" "$line" 2>/dev/null)
            if (( ${#suggestions} )); then
                compadd -- "${suggestions[@]}"
            else
                _files
            fi
        }
        if [ "$funcstack[1]" = "_misp-graph" ]; then
            _misp_graph "$@"
        else
            compdef _misp_graph misp-graph
        fi

        """;

    private const string Fish =
        """
        # fish completion for misp-graph
        function __misp_graph_suggest
            set -l words (commandline -opc) (commandline -ct)
            set -l line (string join ' ' -- $words[2..-1])
            set -l suggestions (command $words[1] "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null)
            if test (count $suggestions) -gt 0
                printf '%s\n' $suggestions
            else
                __fish_complete_path (commandline -ct)
            end
        end
        complete -c misp-graph -f -a '(__misp_graph_suggest)'

        """;

    private const string PowerShell =
        """
        # PowerShell completion for misp-graph
        Register-ArgumentCompleter -Native -CommandName misp-graph, misp-graph.exe -ScriptBlock {
            param($wordToComplete, $commandAst, $cursorPosition)
            $program = $commandAst.CommandElements[0]
            $text = $commandAst.ToString().PadRight($cursorPosition - $commandAst.Extent.StartOffset)
            $line = $text.Substring($program.Extent.EndOffset - $commandAst.Extent.StartOffset).TrimStart()
            & $program.Value "[suggest:$($line.Length)]" $line 2>$null | ForEach-Object {
                [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
            }
        }

        """;
}

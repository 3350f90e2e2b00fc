using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Reranking.Tokenizers.Tests;

/// <summary>The native build of HuggingFace tokenizers from npm, in a process of its own; reference/reference.mjs says what it answers.</summary>
internal sealed class ReferenceProcess : IDisposable
{
    private readonly Process _process;

    private ReferenceProcess(Process process) => _process = process;

    /// <summary>Installs the package where it is not yet, and starts the process; returns null and why where that can't be.</summary>
    public static ReferenceProcess? TryStart(out string reason)
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "reference");
        try
        {
            if (!Directory.Exists(Path.Combine(folder, "node_modules")))
            {
                using Process install = Start("npm", "ci --ignore-scripts --no-audit --no-fund", folder);
                install.StandardInput.Close();
                install.StandardOutput.ReadToEnd();
                install.WaitForExit();
                if (install.ExitCode != 0)
                {
                    reason = "The npm package 'tokenizers' can't be restored here.";
                    return null;
                }
            }

            reason = "";
            return new ReferenceProcess(Start("node", "reference.mjs", folder));
        }
        catch (Win32Exception)
        {
            reason = "Node.js is not installed here.";
            return null;
        }
    }

    /// <summary>Loads a tokenizer.json without what it says of truncation and padding.</summary>
    public void Load(string tokenizerJson)
    {
        JsonNode json = JsonNode.Parse(tokenizerJson)!;
        json["truncation"] = null;
        json["padding"] = null;
        Ask(new JsonObject { ["load"] = json.ToJsonString() });
    }

    public JsonElement Ask(JsonObject request)
    {
        _process.StandardInput.WriteLine(request.ToJsonString());
        _process.StandardInput.Flush();
        string line = _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The process of the reference ended.");
        using var answer = JsonDocument.Parse(line);
        return answer.RootElement.Clone();
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static Process Start(string program, string arguments, string folder) => Process.Start(
        new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true })!;
}

using Microsoft.Extensions.Configuration;

namespace Reranking.Tool.Scoring;

/// <summary>The file of <c>--config</c>: the settings of an application.</summary>
internal static class SettingsFile
{
    /// <summary>Reads the file once, and the environment over it, as an application does: keys do not belong in the file.</summary>
    /// <exception cref="ToolException">It does not exist, or is not JSON.</exception>
    public static IConfigurationRoot Read(string file)
    {
        var configuration = new ConfigurationManager();
        AddTo(configuration, file, reloadOnChange: false);
        configuration.AddEnvironmentVariables();
        return configuration;
    }

    /// <summary>Adds the file to a configuration, which reads it at once and, if wanted, whenever it changes.</summary>
    /// <exception cref="ToolException">It does not exist, or is not JSON.</exception>
    public static void AddTo(ConfigurationManager configuration, string file, bool reloadOnChange)
    {
        string path = Path.GetFullPath(file);
        if (!File.Exists(path))
        {
            throw new ToolException($"--config is '{file}', which does not exist; expected a file such as appsettings.json.");
        }

        try
        {
            configuration.AddJsonFile(path, optional: false, reloadOnChange);
        }
        catch (InvalidDataException exception)
        {
            throw new ToolException($"'{path}' is not JSON: {exception.InnerException?.Message ?? exception.Message}");
        }
    }
}
